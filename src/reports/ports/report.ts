import {inboundCapture} from '../../analysis/inbound-capture/inbound-capture.js'
import {podMode} from '../../analysis/pod-mode/pod-mode.js'
import {type PortRow, portMap} from '../../analysis/port-map/port-map.js'
import {boundPorts} from '../../analysis/service-ports/service-ports.js'
import type {Gap} from '../../model/answer.js'
import {parseIstioVersion} from '../../model/istio-version.js'
import type {PodRef} from '../../model/kube-object.js'
import {injectedContainer, type PodModel} from '../../model/pod.js'
import type {PodMode} from '../../model/pod-mode.js'
import {SIDECAR_PORTS} from '../../model/reserved-ports.js'
import type {SocketForm, SocketTable} from '../../model/socket.js'
import type {Source} from '../../sources/source.js'
import {readPodObject, readServices} from '../pod-facts/objects.js'
import {readEnvoySockets, readSockets} from '../pod-facts/sockets.js'
import {optional, type Report, required} from '../report.js'
import {type PortProblem, portProblems} from './problems.js'

export interface PortsReport extends Report {
  readonly subject: PodRef
  readonly mode: PodMode | 'unknown'
  readonly seenBy?: SocketForm
  /** Inbound ports the rules leave alone beyond the mesh's own. */
  readonly excluded: readonly number[]
  readonly rows: readonly PortRow[]
  readonly problems: readonly PortProblem[]
}

const NOBODY: PodModel = {
  object: {kind: 'Pod', namespace: '', name: ''},
  workload: {kind: 'Pod', namespace: '', name: ''},
  exists: false,
  specPath: 'spec',
  metadataPath: 'metadata',
  labels: {},
  annotations: {},
  ownerLabels: {},
  ownerAnnotations: {},
  hostNetwork: false,
  restartPolicy: 'Always',
  dnsPolicy: 'ClusterFirst',
  serviceAccount: 'default',
  security: {supplementalGroups: [], addedCapabilities: []},
  containers: [],
  terminating: false,
}

/** A pasted list of sockets shows by itself whether a sidecar is there: Envoy's inbound capture listens. */
function modeOfSockets(table: SocketTable | undefined): PodMode {
  const holds = (port: number) =>
    table?.sockets.some(socket => socket.port === port && socket.protocol === 'tcp') === true
  return holds(15001) || holds(15006) ? 'sidecar' : 'none'
}

/** Who listens on what in a pod, who promises it, and which ports the mesh cannot reach and why. */
export async function portsReport(source: Source, subject: PodRef): Promise<PortsReport> {
  const gaps: Gap[] = []
  const known = await readPodObject(source, subject)
  const pod = known.ok ? known.value : undefined
  if (!known.ok && subject.implied !== true) gaps.push(known.gap)
  const services = pod === undefined ? undefined : optional(await readServices(source, subject.namespace), gaps)
  const answer = await readSockets(source, subject)
  let table = answer.ok ? answer.value : undefined
  if (!answer.ok) {
    const mode = pod === undefined ? 'none' : podMode(pod)
    const envoy = await readEnvoySockets(source, subject, mode === 'gateway' || mode === 'waypoint')
    if (!envoy.ok && pod === undefined) required(answer, source)
    gaps.push(answer.gap)
    table = envoy.ok ? envoy.value : undefined
  }
  const complete = answer.ok ? answer.value : undefined
  const mode = pod === undefined ? modeOfSockets(table) : podMode(pod)
  const version = parseIstioVersion(pod === undefined ? undefined : injectedContainer(pod, 'istio-proxy')?.image)
  const bound = pod === undefined ? [] : boundPorts(pod, services ?? [])
  const facts = {pod: pod ?? NOBODY, mode, bound, ...(version === undefined ? {} : {version})}
  const seen = portMap({...facts, ...(complete === undefined ? {} : {sockets: complete})})
  const rows =
    complete === undefined && table !== undefined
      ? portMap({...facts, sockets: table}).map(row => openVerdict(row))
      : seen
  return {
    origin: source.origin,
    gaps,
    notes: notesOf(table, answer.ok),
    subject,
    mode,
    ...(table === undefined ? {} : {seenBy: table.form}),
    excluded: mode === 'sidecar' && pod !== undefined ? chosenExclusions(pod) : [],
    rows,
    problems: portProblems(rows, mode),
    failing: portProblems(rows, mode).some(problem => problem.severity === 'error'),
  }
}

function chosenExclusions(pod: PodModel): readonly number[] {
  const reserved = SIDECAR_PORTS.map(({port}) => port)
  return inboundCapture(pod).exclude.filter(port => !reserved.includes(port))
}

/** Envoy sees only its own sockets, so the absence of an application's means nothing. */
function openVerdict(row: PortRow): PortRow {
  return row.verdict === 'nobody listens' ? {...row, verdict: 'unknown'} : row
}

function notesOf(table: SocketTable | undefined, complete: boolean): readonly string[] {
  const notes: string[] = []
  if (table !== undefined && !complete)
    notes.push("only Envoy's own listeners are shown: nothing in the pod could list the application's sockets")
  if (table !== undefined && table.unreadable.length > 0)
    notes.push(`${table.unreadable.length} lines could not be read, the first: ${table.unreadable[0]}`)
  return notes
}
