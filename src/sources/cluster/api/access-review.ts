import {flagOf, textOf} from '../../../formats/decode.js'
import {boundedMap} from '../../../model/collections/bounded-map.js'
import type {KubePermission, Ruling} from '../../../model/kube/permission.js'
import {failureFromError} from '../../../wire/wire-failure.js'
import {answerJson} from './answer-json.js'
import type {Api} from './api.js'

const PATH = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
/** Number of reviews in parallel. */
const AT_ONCE = 8

/**
 * Asks the API server about each permission (SelfSubjectAccessReview); one without an answer is `unknown` with the reason.
 * If the first gets no answer, the others are not sent: each would only run into its deadline.
 */
export async function accessReviews(api: Api, permissions: readonly KubePermission[]): Promise<readonly Ruling[]> {
  const [first, ...rest] = permissions
  if (first === undefined) return []
  const ruling = await attempt(api, first)
  if (ruling.verdict === 'unknown') return permissions.map(permission => ({...ruling, permission}))
  return [ruling, ...(await boundedMap(rest, AT_ONCE, permission => attempt(api, permission)))]
}

async function attempt(api: Api, permission: KubePermission): Promise<Ruling> {
  try {
    return await review(api, permission)
  } catch (error) {
    return {permission, verdict: 'unknown', why: failureFromError(error).message}
  }
}

async function review(api: Api, permission: KubePermission): Promise<Ruling> {
  const {verb, group, resource, subresource = '', namespace = ''} = permission
  const body = JSON.stringify({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: {resourceAttributes: {namespace, verb, group, resource, subresource}},
  })
  const answer = await api.send({method: 'POST', path: PATH, body, contentType: 'application/json'})
  const json = answerJson(answer, PATH)
  const allowed = flagOf(json, 'status', 'allowed')
  if (allowed === undefined) return {permission, verdict: 'unknown', why: 'the answer is not an access review'}
  const why = textOf(json, 'status', 'reason') ?? textOf(json, 'status', 'evaluationError') ?? ''
  return {permission, verdict: allowed ? 'allowed' : 'denied', why}
}
