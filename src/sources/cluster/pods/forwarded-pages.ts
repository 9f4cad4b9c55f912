import type {Agent} from 'node:http'
import {definedFields} from '../../../model/collections/defined-fields.js'
import type {PodRef} from '../../../model/kube/kube-object.js'
import {observed} from '../../../wire/api-server.js'
import {failureFromRefusal} from '../../../wire/classify.js'
import {withSlot} from '../../../wire/concurrency-limiter.js'
import {type HttpAnswer, httpCall} from '../../../wire/http-call.js'
import {podAgent} from '../../../wire/pod-agent.js'
import {WireFailure} from '../../../wire/wire-failure.js'
import {methodFor} from '../../admin-method.js'
import {LIMITS} from '../../limits.js'
import {type Api, type CallLimits, totalFor} from '../api/api.js'
import {podKey} from './known-pods.js'

/** Pages of pods over port-forwards that are kept open. */
export interface ForwardedPages {
  /** GETs a page from a port of a pod; a status other than 200 is thrown. */
  page(ref: PodRef, port: number, path: string, limits: CallLimits): Promise<Buffer>
  /** Closes the port-forwards to a pod. */
  forget(key: string): void
  close(): void
}

/** Port-forwards to a port; Envoy's admin interface answers on its main thread, so it gets one request at a time. */
const ONE_AT_A_TIME = 1

/** Port-forwards by pod and port, each opened when it is first needed; of pods that are not being asked the last few keep theirs. */
export function forwardedPages(api: Api): ForwardedPages {
  const agents = new Map<string, Map<number, Agent>>()
  /** Requests under way, by pod. */
  const asked = new Map<string, number>()
  /** Namespaces in which this user may not forward ports; asked once per run. */
  const refusals = new Map<string, WireFailure>()

  function agentFor(ref: PodRef, port: number): Agent {
    const ofPod = agents.get(podKey(ref)) ?? new Map<number, Agent>()
    agents.set(podKey(ref), ofPod)
    const known = ofPod.get(port)
    if (known !== undefined) return known
    const agent = podAgent(api.server, {namespace: ref.namespace, pod: ref.name, port}, ONE_AT_A_TIME)
    ofPod.set(port, agent)
    return agent
  }

  function forget(key: string): void {
    for (const agent of agents.get(key)?.values() ?? []) agent.destroy()
    agents.delete(key)
  }

  /** Counts a request to a pod, and closes the port-forwards of those that were not asked for longest. */
  function begin(key: string): void {
    asked.set(key, (asked.get(key) ?? 0) + 1)
    const ofPod = agents.get(key)
    if (ofPod === undefined) return
    agents.delete(key)
    agents.set(key, ofPod)
    const idle = [...agents.keys()].filter(each => !asked.has(each))
    for (const each of idle.slice(0, Math.max(0, idle.length - LIMITS.idleForwards))) forget(each)
  }

  function end(key: string): void {
    const left = (asked.get(key) ?? 1) - 1
    if (left === 0) asked.delete(key)
    else asked.set(key, left)
  }

  async function answerOf(ref: PodRef, port: number, path: string, limits: CallLimits): Promise<HttpAnswer> {
    const method = methodFor(path)
    const name = `${method} ${ref.name}.${ref.namespace}:${port}/${path}`
    const url = new URL(`http://127.0.0.1/${path}`)
    const call = {url, method, agent: agentFor(ref, port), repeatable: true}
    const bounds = {totalMs: totalFor(api.idleMs, limits.deadlineMs), maxBytes: limits.maxBytes, signal: api.signal}
    const silence = definedFields({idleMs: api.idleMs})
    const run = (): Promise<HttpAnswer> =>
      withSlot(api.server.limiter, api.signal, () => httpCall(name, call, {...bounds, ...silence}))
    const key = podKey(ref)
    begin(key)
    try {
      return await observed(api.server, name, run, each => ({bytes: each.wireBytes, outcome: String(each.status)}))
    } finally {
      end(key)
    }
  }

  return {
    async page(ref, port, path, limits) {
      const refused = refusals.get(ref.namespace)
      if (refused !== undefined) throw refused
      const answer = await answerOf(ref, port, path, limits).catch((error: unknown) => {
        const byRole = error instanceof WireFailure && error.details.missing?.resource === 'pods/portforward'
        if (byRole) refusals.set(ref.namespace, error)
        throw error
      })
      if (answer.status === 200) return answer.body
      const body = answer.body.subarray(0, LIMITS.refusalBytes).toString('utf8')
      throw failureFromRefusal({httpStatus: answer.status, body})
    },
    forget,
    close: () => {
      for (const key of [...agents.keys()]) forget(key)
    },
  }
}
