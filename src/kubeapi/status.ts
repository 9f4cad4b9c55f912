import {definedFields} from '../model/collections/defined-fields.js'
import type {Gap} from '../model/evidence/answer.js'
import {gapSentence} from '../model/evidence/answer.js'
import {gapCause} from '../wire/gap-status.js'

/** A metav1.Status (k8s.io/apimachinery meta/v1): the format of every API server error. */
export interface Status {
  readonly kind: 'Status'
  readonly apiVersion: 'v1'
  readonly metadata: object
  readonly status: 'Success' | 'Failure'
  readonly message?: string
  readonly reason?: string
  readonly details?: StatusDetails
  readonly code?: number
}

export interface StatusDetails {
  readonly name?: string
  readonly kind?: string
  readonly group?: string
  readonly causes?: readonly {readonly reason: string; readonly message: string}[]
}

/** An answer that is a failure: its HTTP code and its Status. */
export class ApiFailure extends Error {
  readonly status: Status
  readonly code: number

  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message)
    this.name = 'ApiFailure'
    this.code = code
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      details,
      code,
    }
  }
}

/** `pods "x" not found`, as an API server says it. */
export function notFoundFailure(resource: string, group: string, name: string): ApiFailure {
  const qualified = group === '' ? resource : `${resource}.${group}`
  return new ApiFailure(404, 'NotFound', `${qualified} "${name}" not found`, {
    name,
    ...definedFields({group: group === '' ? undefined : group}),
    kind: resource,
  })
}

/** A bad request: 400 with the API server's reason. */
export function badRequest(message: string): ApiFailure {
  return new ApiFailure(400, 'BadRequest', message)
}

/** Missing data: 403 if permission was missing at capture time, else 404; with the recorded gap. */
export function failureOfGap(gap: Gap, details: StatusDetails = {}): ApiFailure {
  const forbidden = gap.reason === 'forbidden' || gap.reason === 'no-privilege'
  return new ApiFailure(forbidden ? 403 : 404, forbidden ? 'Forbidden' : 'NotFound', gapSentence(gap), {
    ...details,
    causes: [gapCause(gap)],
  })
}
