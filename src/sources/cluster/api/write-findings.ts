import {type Answer, answered} from '../../../model/evidence/answer.js'
import {failureFromError} from '../../../wire/wire-failure.js'
import type {Api, ApiSend} from './api.js'
import {gapOfFailure} from './gap-of-failure.js'

const ALREADY_EXISTS = 409

/** Who wrote a field, for server-side apply (Kubernetes, "Server-Side Apply"). */
const FIELD_MANAGER = 'meshctl'

async function sent(api: Api, what: string, call: ApiSend, accepted?: number): Promise<Answer<true>> {
  try {
    await api.send(call)
    return answered(true)
  } catch (error) {
    const failure = failureFromError(error)
    if (accepted !== undefined && failure.details.httpStatus === accepted) return answered(true)
    return {ok: false, gap: gapOfFailure(what, failure)}
  }
}

/** Applies the PolicyReport of a namespace (server-side apply): makes it, or replaces what meshctl wrote before. */
export async function applyPolicyReport(api: Api, namespace: string, report: object): Promise<Answer<true>> {
  const where = `/apis/wgpolicyk8s.io/v1alpha2/namespaces/${encodeURIComponent(namespace)}/policyreports/meshctl`
  const path = `${where}?fieldManager=${FIELD_MANAGER}&force=true`
  // JSON is YAML.
  const body = JSON.stringify(report)
  const call = {method: 'PATCH', path, body, contentType: 'application/apply-patch+yaml'} as const
  return await sent(api, `PolicyReport of ${namespace}`, call)
}

/** Makes an Event; one of the same name tells the same, and stays. */
export async function createEvent(api: Api, namespace: string, event: object): Promise<Answer<true>> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`
  const call = {method: 'POST', path, body: JSON.stringify(event), contentType: 'application/json'} as const
  return await sent(api, `Events of ${namespace}`, call, ALREADY_EXISTS)
}
