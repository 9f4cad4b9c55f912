import type {Agent} from 'node:http'
import {isObject, textOf} from '../../formats/decode.js'
import {readPod} from '../../formats/kube-pod/parse.js'
import {definedFields} from '../../model/defined-fields.js'
import type {KubeObject, PodRef} from '../../model/kube-object.js'
import type {PodModel} from '../../model/pod.js'
import {observed} from '../../wire/api-server.js'
import {failureFromRefusal} from '../../wire/classify.js'
import {collectBytes, collectHead} from '../../wire/collect.js'
import {withSlot} from '../../wire/concurrency-limiter.js'
import {execInPod} from '../../wire/exec.js'
import {type HttpAnswer, httpCall} from '../../wire/http-call.js'
import {podAgent} from '../../wire/pod-agent.js'
import {WireFailure} from '../../wire/wire-failure.js'
import type {ExecOutcome} from '../exec-answer.js'
import {LIMITS} from '../limits.js'
import {answerJson} from './answer-json.js'
import {type Api, totalFor} from './api.js'
import {type ExecMemory, execMemory} from './exec-memory.js'

export interface CallLimits {
  readonly maxBytes: number
  readonly deadlineMs: number
}

/** Shared state of a live source: pods looked up once, port-forwards kept open, commands run. */
export interface Live {
  readonly api: Api
  /** The pod, from this run's cache unless `fresh`; a failure is thrown as a WireFailure. */
  pod(ref: PodRef, fresh?: boolean): Promise<PodModel>
  /** Caches pods that were listed for another reason. */
  remember(objects: readonly KubeObject[]): void
  /** Drops cached pods and their idle port-forwards: a fleet has thousands. */
  forget(refs: readonly PodRef[]): void
  /** Serializes calls to one proxy, over any transport: Envoy's admin interface answers on its main thread. */
  oneByOne<T>(ref: PodRef, ask: () => Promise<T>): Promise<T>
  /** GETs a page from a port of a pod over a kept port-forward; a status other than 200 is thrown. */
  podPage(ref: PodRef, port: number, path: string, limits: CallLimits): Promise<Buffer>
  exec(ref: PodRef, container: string, argv: readonly string[], limits: CallLimits): Promise<ExecOutcome>
  /** What commands in the pod have shown so far. */
  execMemory(ref: PodRef): ExecMemory
  close(): void
}

/** Port-forwards to a port; Envoy's admin interface answers on its main thread, so it gets one request at a time. */
const ONE_AT_A_TIME = 1

function keyOf(ref: PodRef): string {
  return `${ref.namespace}/${ref.name}`
}

/** Envoy accepts changes only as POST; `logging` without a query only reads, but is a POST too (admin interface docs). */
export function methodFor(path: string): 'GET' | 'POST' {
  return path === 'logging' || path.startsWith('logging?') ? 'POST' : 'GET'
}

/** The path of a pod in the API. */
export function podPath(ref: PodRef): string {
  return `/api/v1/namespaces/${encodeURIComponent(ref.namespace)}/pods/${encodeURIComponent(ref.name)}`
}

/** Opens the shared part of a live source on an API client. */
export function openLive(api: Api): Live {
  const pods = new Map<string, PodModel>()
  const agents = new Map<string, Map<number, Agent>>()
  const turns = new Map<string, Promise<unknown>>()
  const memories = new Map<string, ExecMemory>()
  /** Namespaces in which this user may not forward ports, or run commands; checked once per run. */
  const refusals = new Map<string, WireFailure>()
  const execRefusals = new Map<string, WireFailure>()

  function keep(object: KubeObject): PodModel | undefined {
    const pod = readPod(object)
    if (pod?.exists === true) pods.set(keyOf(pod.object), pod)
    return pod
  }

  async function pod(ref: PodRef, fresh = false): Promise<PodModel> {
    const known = fresh ? undefined : pods.get(keyOf(ref))
    if (known !== undefined) return known
    const path = podPath(ref)
    const object = answerJson(await api.get({path}), path)
    const found =
      isObject(object) && textOf(object, 'kind') === 'Pod' ? keep(object as unknown as KubeObject) : undefined
    if (found === undefined) throw new WireFailure('protocol', `the answer for pod ${ref.name} is not a pod`)
    return found
  }

  function agentFor(ref: PodRef, port: number): Agent {
    const ofPod = agents.get(keyOf(ref)) ?? new Map<number, Agent>()
    agents.set(keyOf(ref), ofPod)
    const known = ofPod.get(port)
    if (known !== undefined) return known
    const agent = podAgent(api.server, {namespace: ref.namespace, pod: ref.name, port}, ONE_AT_A_TIME)
    ofPod.set(port, agent)
    return agent
  }

  function forget(refs: readonly PodRef[]): void {
    for (const key of refs.map(keyOf)) {
      pods.delete(key)
      memories.delete(key)
      for (const agent of agents.get(key)?.values() ?? []) agent.destroy()
      agents.delete(key)
    }
  }

  async function oneByOne<T>(ref: PodRef, ask: () => Promise<T>): Promise<T> {
    const key = keyOf(ref)
    const before = turns.get(key) ?? Promise.resolve()
    const mine = before.then(ask, ask)
    turns.set(key, mine)
    try {
      return await mine
    } finally {
      if (turns.get(key) === mine) turns.delete(key)
    }
  }

  async function podPage(ref: PodRef, port: number, path: string, limits: CallLimits): Promise<Buffer> {
    const refused = refusals.get(ref.namespace)
    if (refused !== undefined) throw refused
    const method = methodFor(path)
    const name = `${method} ${ref.name}.${ref.namespace}:${port}/${path}`
    const url = new URL(`http://127.0.0.1/${path}`)
    const call = {url, method, agent: agentFor(ref, port), repeatable: true}
    const bounds = {totalMs: totalFor(api.idleMs, limits.deadlineMs), maxBytes: limits.maxBytes, signal: api.signal}
    const silence = definedFields({idleMs: api.idleMs})
    const run = (): Promise<HttpAnswer> =>
      withSlot(api.server.limiter, api.signal, () => httpCall(name, call, {...bounds, ...silence}))
    const answer = await observed(api.server, name, run, each => ({
      bytes: each.wireBytes,
      outcome: String(each.status),
    })).catch((error: unknown) => {
      const byRole = error instanceof WireFailure && error.details.missing?.resource === 'pods/portforward'
      if (byRole) refusals.set(ref.namespace, error)
      throw error
    })
    if (answer.status === 200) return answer.body
    const body = answer.body.subarray(0, LIMITS.refusalBytes).toString('utf8')
    throw failureFromRefusal({httpStatus: answer.status, body})
  }

  async function exec(
    ref: PodRef,
    container: string,
    argv: readonly string[],
    limits: CallLimits,
  ): Promise<ExecOutcome> {
    const refused = execRefusals.get(ref.namespace)
    if (refused !== undefined) throw refused
    const stdout = collectBytes(argv.join(' '), limits.maxBytes)
    const stderr = collectHead(LIMITS.stderrBytes)
    const target = {namespace: ref.namespace, pod: ref.name, container, argv}
    const silence = definedFields({idleMs: api.idleMs})
    const bounds = {totalMs: totalFor(api.idleMs, limits.deadlineMs), signal: api.signal, ...silence}
    try {
      const streams = {stdout: stdout.sink, stderr: stderr.sink}
      const run = () => execInPod(api.server, target, streams, bounds)
      const {exitCode} = await withSlot(api.server.limiter, api.signal, run)
      return {argv, stdout: stdout.bytes(), stderr: stderr.bytes().toString('utf8'), exitCode}
    } catch (error) {
      // A missing program is not an error: the next command may exist.
      const absent = error instanceof WireFailure && error.kind === 'no-tool' && error.details.recordedGap === undefined
      if (error instanceof WireFailure && error.details.missing?.resource === 'pods/exec')
        execRefusals.set(ref.namespace, error)
      if (absent) return {argv, stdout: new Uint8Array(), stderr: error.message, exitCode: undefined}
      throw error
    }
  }

  function memoryOf(ref: PodRef): ExecMemory {
    const memory = memories.get(keyOf(ref)) ?? execMemory()
    memories.set(keyOf(ref), memory)
    return memory
  }

  return {
    api,
    pod,
    remember: objects => {
      for (const object of objects) if (object.kind === 'Pod') keep(object)
    },
    forget,
    oneByOne,
    podPage,
    exec,
    execMemory: memoryOf,
    close: () => {
      for (const ofPod of agents.values()) for (const agent of ofPod.values()) agent.destroy()
      api.close()
    },
  }
}
