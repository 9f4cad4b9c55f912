import {textOf} from '../formats/decode.js'
import {type BatchPart, type BatchRow, batchOutput, batchRows, NO_PROGRAM} from '../formats/exec-batch.js'
import type {Gap} from '../model/evidence/answer.js'
import {commandsOf, EVIDENCE_IDS, type EvidenceId} from '../model/evidence/evidence.js'
import type {KubeObject, PodRef} from '../model/kube/kube-object.js'
import type {Source} from '../sources/source.js'
import {execExitCode, parseKubeStatus} from '../wire/kube-status.js'
import type {PodEndpoints} from './pod-endpoints.js'
import {failureOfGap, type Status} from './status.js'

/** The result of a recorded command: its output, and the Status with which a kubelet closes the session. */
export interface RecordedRun {
  readonly stdout: Uint8Array
  readonly stderr: string
  readonly status: Status
}

const NOTHING = new Uint8Array()
const SUCCESS = {kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success'} as const

function exited(code: number, stderr: string, stdout: Uint8Array = NOTHING): RecordedRun {
  const failure: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: command terminated with exit code ${code}`,
    reason: 'NonZeroExitCode',
    details: {causes: [{reason: 'ExitCode', message: String(code)}]},
  }
  return {stdout, stderr, status: code === 0 ? SUCCESS : failure}
}

/** The Status of a program that is not in the image, worded as containerd does. */
function noProgram(argv: readonly string[]): RecordedRun {
  const message = `Internal error occurred: error executing command in container: failed to exec in container: failed to start exec: OCI runtime exec failed: exec failed: unable to start container process: exec: "${argv[0]}": executable file not found in $PATH: unknown`
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: 'InternalError',
    details: {causes: [{reason: 'UnknownError', message}]},
    code: 500,
  }
  return {stdout: NOTHING, stderr: '', status}
}

type Tries = readonly (readonly string[])[]

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word, at) => word === b[at])
}

/** The catalogue rows that run exactly this command, those that try it first in front. */
function rowsFor(
  argv: readonly string[],
): readonly {readonly id: EvidenceId; readonly place: number; readonly tries: Tries}[] {
  return EVIDENCE_IDS.flatMap(id => {
    const tries = commandsOf(id)
    const place = tries.findIndex(each => same(each, argv))
    return place < 0 ? [] : [{id, place, tries}]
  }).sort((a, b) => a.place - b.place)
}

const RECORDED = EVIDENCE_IDS.flatMap(commandsOf).map(argv => argv.join(' '))

/** Names of all containers of a pod in the order an API server lists them. */
export function containerNames(pod: KubeObject): readonly string[] {
  const spec = pod.spec
  const names = (list: unknown) => (Array.isArray(list) ? list.map(each => textOf(each, 'name') ?? '') : [])
  if (typeof spec !== 'object' || spec === null) return []
  const {containers, initContainers, ephemeralContainers} = spec as Readonly<Record<string, unknown>>
  return [...names(containers), ...names(initContainers), ...names(ephemeralContainers)]
}

/** Runs a batch as the recorded commands would have: each row until one works, or until a recorded gap says why there is no answer. */
async function recordedBatch(
  source: Source,
  pages: PodEndpoints,
  pod: PodRef,
  rows: readonly BatchRow[],
): Promise<RecordedRun> {
  const parts: BatchPart[] = []
  for (const row of rows)
    for (const argv of row) {
      const {stdout, stderr, status} = await recordedRun(source, pages, pod, argv)
      const parsed = parseKubeStatus(JSON.stringify(status))
      const exit = parsed === undefined ? undefined : execExitCode(parsed)
      const isAbsent = exit === undefined && status.reason === 'InternalError'
      if (exit === undefined && !isAbsent) {
        parts.push({argv, code: 'status', stdout: Buffer.from(JSON.stringify(status)), stderr})
        break
      }
      parts.push({argv, code: exit ?? NO_PROGRAM, stdout, stderr})
      if (exit === 0) break
    }
  return exited(0, '', batchOutput(parts))
}

/** Runs a command as it was recorded; nothing is executed. An unrecorded command exits with 126 and lists the recorded ones. */
export async function recordedRun(
  source: Source,
  pages: PodEndpoints,
  pod: PodRef,
  argv: readonly string[],
): Promise<RecordedRun> {
  const rows = batchRows(argv)
  if (rows !== undefined) return await recordedBatch(source, pages, pod, rows)
  const [program, request, method = 'GET', path] = argv
  if (program === 'pilot-agent' && request === 'request' && path !== undefined) {
    const page = await pages.page(pod, method, path)
    if (page.status === 200) return exited(0, '', page.body)
    return exited(
      1,
      `Error: failed to execute command on Envoy: unexpected status code: ${page.status}\n${Buffer.from(page.body).toString('utf8')}\n`,
    )
  }
  let gap: Gap | undefined
  for (const {id, place, tries} of rowsFor(argv)) {
    const answer = await source.evidence(id, pod)
    if (!answer.ok) {
      gap ??= answer.gap
      continue
    }
    const {argv: recorded} = answer.value.provenance
    // Evidence without a recorded command is assumed to be the output of the first.
    const ran = recorded === undefined ? 0 : tries.findIndex(each => same(each, recorded))
    if (ran === place) return exited(0, '', answer.value.bytes)
    if (place < ran) return noProgram(argv)
  }
  if (gap !== undefined) return {stdout: NOTHING, stderr: '', status: failureOfGap(gap).status}
  const recorded = [...new Set(RECORDED)].join('; ')
  return exited(
    126,
    `${argv.join(' ')}: only recorded commands can be answered: ${recorded}; pilot-agent request GET PATH\n`,
  )
}
