import {flagOf, textOf} from '../../formats/decode.js'
import {boundedMap} from '../../model/bounded-map.js'
import {type Permission, permissionKey, type Ruling} from '../../model/permission.js'
import {failureFromRefusal} from '../../wire/classify.js'
import {httpCall} from '../../wire/http-call.js'
import {failureFromError} from '../../wire/wire-failure.js'
import {LIMITS} from '../limits.js'
import type {Api} from './api.js'

const PATH = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
/** Reviews are cheap, but each is a call: as many at once as the API server gives one user. */
const AT_ONCE = 8

/** Asks the API server about each permission (SelfSubjectAccessReview); a question it does not answer is `unknown` with the reason. */
export async function accessReviews(api: Api, permissions: readonly Permission[]): Promise<readonly Ruling[]> {
  return await boundedMap(permissions, AT_ONCE, async permission => {
    try {
      return await review(api, permission)
    } catch (error) {
      return {permission, verdict: 'unknown', why: failureFromError(error).message}
    }
  })
}

async function review(api: Api, permission: Permission): Promise<Ruling> {
  const {verb, group, resource, subresource = '', namespace = ''} = permission
  const body = JSON.stringify({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: {resourceAttributes: {namespace, verb, group, resource, subresource}},
  })
  const answer = await httpCall(
    `review ${permissionKey(permission)}`,
    {
      url: new URL(api.server.url + PATH),
      agent: api.server.agent,
      method: 'POST',
      headers: {
        ...(await api.server.headers()),
        'Content-Type': 'application/json',
        Accept: 'application/json',
        'User-Agent': api.server.userAgent,
      },
      body,
    },
    {
      totalMs: LIMITS.apiCallMs,
      signal: api.signal,
      maxBytes: LIMITS.refusalBytes,
      ...(api.idleMs === undefined ? {} : {idleMs: api.idleMs}),
    },
  )
  const text = answer.body.toString('utf8')
  if (answer.status < 200 || answer.status >= 300) throw failureFromRefusal({httpStatus: answer.status, body: text})
  const json: unknown = JSON.parse(text)
  const allowed = flagOf(json, 'status', 'allowed') === true
  const why = textOf(json, 'status', 'reason') ?? textOf(json, 'status', 'evaluationError') ?? ''
  return {permission, verdict: allowed ? 'allowed' : 'denied', why}
}
