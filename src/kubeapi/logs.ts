import {listOf, objectOf, textOf} from '../formats/decode.js'
import {EVIDENCE_IDS, type EvidenceId, evidenceRow} from '../model/evidence/evidence.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import type {Source} from '../sources/source.js'
import {containerOf} from './pod-of.js'
import {ApiFailure, badRequest, failureOfGap} from './status.js'

const LOG_OF: ReadonlyMap<string, EvidenceId> = new Map(
  EVIDENCE_IDS.flatMap(id => {
    const {how} = evidenceRow(id)
    return how.via === 'log' ? [[how.container, id] as const] : []
  }),
)

function tail(bytes: Uint8Array, lines: number): Uint8Array {
  if (lines <= 0) return new Uint8Array()
  let left = lines
  for (let at = bytes.length - 2; at >= 0; at--) {
    if (bytes[at] === 10) left -= 1
    if (left === 0) return bytes.subarray(at + 1)
  }
  return bytes
}

function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (!/^\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

/** Why a container has not started yet: it has no log then (kubelet, validateContainerLogStatus). */
function waitingReason(pod: KubeObject, container: string): string | undefined {
  const lists = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses']
  const status = lists.flatMap(list => listOf(pod, 'status', list)).find(each => textOf(each, 'name') === container)
  const started =
    objectOf(status, 'lastState', 'terminated') !== undefined || objectOf(status, 'state', 'waiting') === undefined
  return started ? undefined : (textOf(status, 'state', 'waiting', 'reason') ?? 'unknown')
}

/** A container's recorded log; `tailLines` and `limitBytes` hold, previous containers and unrecorded logs are errors. */
export async function recordedLog(source: Source, pod: KubeObject, query: URLSearchParams): Promise<Uint8Array> {
  const container = containerOf(pod, query.get('container'))
  const {name} = pod.metadata
  if (query.get('previous') === 'true')
    throw badRequest(`previous terminated container "${container}" in pod "${name}" not found`)
  const waiting = waitingReason(pod, container)
  if (waiting !== undefined)
    throw badRequest(`container "${container}" in pod "${name}" is waiting to start: ${waiting}`)
  const id = LOG_OF.get(container)
  const recorded = [...LOG_OF.keys()].join(' and ')
  if (id === undefined) {
    throw new ApiFailure(
      404,
      'NotFound',
      `the log of container "${container}" was not captured (captured logs: ${recorded})`,
    )
  }
  const answer = await source.evidence(id, {namespace: pod.metadata.namespace ?? 'default', name})
  if (!answer.ok) throw failureOfGap(answer.gap)
  const lines = wholeNumber(query, 'tailLines')
  const limit = wholeNumber(query, 'limitBytes')
  const bytes = lines === undefined ? answer.value.bytes : tail(answer.value.bytes, lines)
  return limit === undefined ? bytes : bytes.subarray(0, limit)
}
