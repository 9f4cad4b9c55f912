import {definedFields} from '../../model/collections/defined-fields.js'
import {UserError} from '../../model/evidence/user-error.js'
import {isObject, listOf, textOf} from '../decode.js'
import {parseYamlText} from '../kube-manifest/yaml-text.js'

/** An accepted finding with owner, reason and expiry date. */
export interface AcceptedFinding {
  readonly fingerprint: string
  readonly owner: string
  readonly reason: string
  /** RFC 3339 or a date; absent if it never expires. */
  readonly expires?: string
}

function entryOf(entry: unknown, label: string, index: number): AcceptedFinding {
  const where = `${label}: accepted[${index}]`
  const fingerprint = textOf(entry, 'fingerprint')
  if (fingerprint === undefined || !/^[0-9a-f]{32}$/.test(fingerprint))
    throw new UserError(`${where} has no fingerprint`)
  const expires = textOf(entry, 'expires')
  if (expires !== undefined && expires !== '' && Number.isNaN(Date.parse(expires))) {
    throw new UserError(`${where}: expires ${JSON.stringify(expires)} is not a date`, {
      hint: 'Use 2027-01-31 or 2027-01-31T12:00:00Z.',
    })
  }
  return {
    fingerprint,
    owner: textOf(entry, 'owner') ?? '',
    reason: textOf(entry, 'reason') ?? '',
    ...definedFields({expires: expires === undefined || expires === '' ? undefined : expires}),
  }
}

/** A baseline as written by `check -o baseline`: findings, each with owner, reason and expiry date. */
export function parseBaseline(text: string, label: string): readonly AcceptedFinding[] {
  const value = parseYamlText(text)
  if (!isObject(value) || value.kind !== 'Baseline' || !Array.isArray(value.accepted)) {
    throw new UserError(`${label} is not a baseline`, {next: `meshctl check … -o baseline=${label}   # writes one`})
  }
  return listOf(value, 'accepted').map((entry, index) => entryOf(entry, label, index))
}
