import {interceptionOf} from '../../analysis/netfilter/interception/interception.js'
import {podMode} from '../../analysis/pod-mode/pod-mode.js'
import {type PortRow, type PortVerdict, portMap} from '../../analysis/ports/port-map.js'
import {boundPorts} from '../../analysis/ports/service-ports.js'
import {inboundCapture} from '../../analysis/traffic-capture/inbound-capture.js'
import {readKernel} from '../../evidence/kernel/read-kernel.js'
import {readPodObject, readServices} from '../../evidence/pod/objects.js'
import {readEnvoySockets, readSockets, unreadSockets} from '../../evidence/pod/sockets.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {parseProcesses} from '../../formats/processes.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {Gap} from '../../model/evidence/answer.js'
import {parseIstioVersion} from '../../model/istio/istio-version.js'
import type {PodMode} from '../../model/istio/pod-mode.js'
import {SIDECAR_PORTS} from '../../model/istio/reserved-ports.js'
import type {SocketForm, SocketTable} from '../../model/kernel/socket.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import {injectedContainer, type PodModel} from '../../model/kube/pod.js'
import type {Source} from '../../sources/source.js'
import {optional, type Report, required} from '../report.js'
import {type PortProblem, portProblems} from './problems.js'

export interface PortsReport extends Report {
  readonly subject: PodRef
  readonly mode: PodMode | 'unknown'
  readonly seenBy?: SocketForm
  /** Inbound ports that the rules do not redirect, beyond Istio's own. */
  readonly excluded: readonly number[]
  /** True when nothing could list the pod's sockets: rows then show at most what Envoy itself listens on. */
  readonly unlisted: boolean
  /** False when the pod object is unknown, so that its declared ports and Services are too. */
  readonly podKnown: boolean
  readonly rows: readonly PortRow[]
  readonly problems: readonly PortProblem[]
  /** The container of each process id, where containers share the network namespace and their processes could be listed. */
  readonly containers: ReadonlyMap<number, string>
}

const UNKNOWN_POD: PodModel = {
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
  security: {supplementalGroups: [], addedCapabilities: [], droppedCapabilities: []},
  containers: [],
  rewrittenProbes: [],
  terminating: false,
  conditions: [],
}

/** Ports that the agent and Envoy of every sidecar listen on; ztunnel has none of them (istio.io, "Ports used by Istio"). */
const SIDECAR_ONLY = [15000, 15020, 15021, 15090]

/**
 * A list of sockets can show by itself who captures in the pod: a sidecar, whose agent listens as well, or ztunnel, which opens its ports in the
 * network namespace of every ambient pod. That nothing captures it cannot show.
 */
function modeOfSockets(table: SocketTable | undefined): PodMode | 'unknown' {
  const sockets = table?.sockets ?? []
  const listens = (...ports: readonly number[]) =>
    sockets.filter(({port, protocol}) => protocol === 'tcp' && ports.includes(port))
  const captures = listens(15001, 15006)
  if (captures.length === 0) return 'unknown'
  if (captures.some(({process}) => process === 'ztunnel')) return 'ambient'
  const foreign = captures.every(({process}) => process !== undefined && process !== 'envoy')
  if (foreign) return 'unknown'
  const unowned = captures.every(({process}) => process === undefined)
  return unowned && listens(15008).length > 0 && listens(...SIDECAR_ONLY).length === 0 ? 'ambient' : 'sidecar'
}

/** The container of each process; only sources of containers know it. */
async function containersOf(source: Source, subject: PodRef): Promise<ReadonlyMap<number, string>> {
  const outside = source.traits.complete && source.impliedSubject !== undefined
  const answer = outside ? await source.evidence('net.processes', subject) : undefined
  const read = answer?.ok === true ? parseProcesses(answer.value) : undefined
  const known = read?.ok === true ? read.value : []
  return new Map(
    known.flatMap(({pid, container}) =>
      container === undefined || pid === undefined ? [] : [[pid, container] as const],
    ),
  )
}

/** Whether the kernel rules of an ambient pod send inbound connections to ztunnel; undefined where they could not be read. */
async function redirectsInbound(source: Source, subject: PodRef): Promise<boolean | undefined> {
  const {from, rulesets, machine} = await readKernel(source, subject)
  const verdict = from === 'live' ? interceptionOf(rulesets, machine, 'ip')?.inbound.usual.verdict : undefined
  return verdict === undefined || verdict === 'insufficient' ? undefined : verdict === 'captured'
}

/** What listens on each port of a pod, what declares it, and which ports the mesh cannot reach and why. */
export async function portsReport(given: Source, subject: PodRef): Promise<PortsReport> {
  const source = noted(given)
  const gaps: Gap[] = []
  const known = await readPodObject(source, subject)
  const pod = known.ok ? known.value : undefined
  if (!known.ok) gaps.push(known.gap)
  const services = optional(await readServices(source, subject.namespace), gaps) ?? []
  const answer = await readSockets(source, subject, gaps)
  let table = answer.ok ? answer.value : undefined
  if (!answer.ok) {
    const mode = pod === undefined ? 'none' : podMode(pod)
    const envoy = await readEnvoySockets(source, subject, mode === 'gateway' || mode === 'waypoint')
    if (!envoy.ok && pod === undefined) required(answer, source)
    gaps.push(answer.gap)
    table = envoy.ok ? envoy.value : undefined
  }
  const unread = table === undefined ? undefined : unreadSockets(table)
  if (unread !== undefined) gaps.push(unread)
  const complete = answer.ok && unread === undefined ? answer.value : undefined
  const mode = pod === undefined ? modeOfSockets(table) : podMode(pod)
  const version = parseIstioVersion(pod === undefined ? undefined : injectedContainer(pod, 'istio-proxy')?.image)
  const bound = pod === undefined ? [] : boundPorts(pod, services)
  const named = {mode: mode === 'unknown' ? 'none' : mode, version} as const
  const redirected = mode === 'ambient' ? await redirectsInbound(source, subject) : undefined
  const facts = {pod: pod ?? UNKNOWN_POD, bound, ...named, sockets: table, ...definedFields({redirected})}
  // Envoy sees only its own sockets, and without the pod its declared ports are unknown: absence then means nothing.
  const open: readonly PortVerdict[] = [
    ...(complete === undefined ? (['not listening'] as const) : []),
    ...(pod === undefined ? (['undeclared'] as const) : []),
  ]
  const rows = portMap(facts).map(row => (open.includes(row.verdict) ? {...row, verdict: 'unknown' as const} : row))
  return {
    ...answeredFrom(source),
    gaps,
    notes: [...notesOf(table, answer.ok), ...silentEnvoy(complete), ...fullQueues(table)],
    subject,
    mode,
    seenBy: table?.form,
    excluded: mode === 'sidecar' && pod !== undefined ? chosenExclusions(pod) : [],
    unlisted: !answer.ok,
    podKnown: pod !== undefined,
    rows,
    problems: portProblems(rows, mode),
    containers: await containersOf(source, subject),
    failing: portProblems(rows, mode).some(problem => problem.severity === 'error'),
  }
}

function chosenExclusions(pod: PodModel): readonly number[] {
  const reserved = SIDECAR_PORTS.map(({port}) => port)
  return inboundCapture(pod).exclude.filter(port => !reserved.includes(port))
}

const OWN_LISTENERS: Partial<Record<SocketForm, string>> = {
  envoy: ": nothing in the pod could list the application's sockets",
  'envoy-config-dump': ", those of its config_dump that it binds: the application's sockets are not in it",
}

function notesOf(table: SocketTable | undefined, complete: boolean): readonly string[] {
  const notes: string[] = []
  if (table !== undefined && !complete)
    notes.push(`only Envoy's own listeners are shown${OWN_LISTENERS[table.form] ?? ''}`)
  return notes
}

/** Sockets whose accept queue is full: new connections time out although something listens (ss(8): Recv-Q and Send-Q of a LISTEN row). */
function fullQueues(table: SocketTable | undefined): readonly string[] {
  return (table?.sockets ?? []).flatMap(({port, process, fullQueue}) =>
    fullQueue === undefined
      ? []
      : [
          `port ${port}: the accept queue is full (${fullQueue.waiting} connections wait, the backlog is ${fullQueue.limit}): ${process ?? 'the program'} does not accept, and new connections time out`,
        ],
  )
}

/** Ports Envoy and the agent open before any configuration has come. */
const BEFORE_CONFIG: readonly number[] = [15000, 15004, 15020, 15053, 15021, 15090]

/** A remark when Envoy runs and no listener of its configuration is open: it has received none, or still waits (Envoy, initialization). */
function silentEnvoy(table: SocketTable | undefined): readonly string[] {
  const own = table?.sockets.filter(({process}) => process?.startsWith('envoy')) ?? []
  if (own.length === 0 || own.some(({port}) => !BEFORE_CONFIG.includes(port))) return []
  const ports = [...new Set(own.map(({port}) => port))].join(', ')
  return [
    `Envoy has no traffic listeners open: it listens only on its own ports (${ports}), not on 15001, 15006 or a gateway port. It has received no listeners or still waits for their clusters, routes or certificates: meshctl server-info, meshctl proxy-config listener`,
  ]
}
