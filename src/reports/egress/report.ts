import {sidecarOf} from '../../analysis/traffic-policy/service-objects.js'
import {objectCache} from '../../evidence/mesh-objects/object-cache.js'
import {readPodObject} from '../../evidence/pod/objects.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {parseConfigDump} from '../../formats/envoy-config-dump/parse.js'
import {proxyOf} from '../../formats/envoy-proto/proxy.js'
import type {EnvoyProxy} from '../../model/envoy/proxy.js'
import {type Gap, missing} from '../../model/evidence/answer.js'
import type {ServiceEntryModel} from '../../model/istio/istio-traffic.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {ObjectRef} from '../../model/kube/pod.js'
import type {Source} from '../../sources/source.js'
import {type Report, required} from '../report.js'
import {type PathBranch, pathReport} from '../trace/path-report.js'
import {missingServiceEntry, type ServiceEntryPatch} from './service-entry.js'

/** What a proxy does with destinations that are not in its registry. */
export type EgressMode = 'ALLOW_ANY' | 'REGISTRY_ONLY'

/** Capture rules that pass traffic by the proxy: the annotation and its value. */
export interface Bypass {
  readonly annotation: string
  readonly value: string
}

export interface EgressReport extends Report {
  readonly subject: PodRef
  /** By Envoy's own configuration; undefined where it cannot be read. */
  readonly mode: EgressMode | undefined
  /** By the objects, and the one that sets it; undefined for the mesh configuration. */
  readonly declared: EgressMode | undefined
  readonly declaredBy: ObjectRef | undefined
  /** The Sidecar resource that applies to the pod, and the hosts it imports. */
  readonly sidecar: {readonly object: ObjectRef; readonly egress: readonly string[]} | undefined
  readonly serviceEntries: readonly ServiceEntryModel[]
  readonly bypasses: readonly Bypass[]
  /** The ways of a request to the host that was asked about. */
  readonly asked: {readonly to: string; readonly branches: readonly PathBranch[]} | undefined
  /** The ServiceEntry that lets the host through, where its absence is what blocks it. */
  readonly patch: ServiceEntryPatch | undefined
}

const BYPASSES = [
  'traffic.sidecar.istio.io/excludeOutboundIPRanges',
  'traffic.sidecar.istio.io/excludeOutboundPorts',
  'traffic.sidecar.istio.io/includeOutboundIPRanges',
  'traffic.sidecar.istio.io/includeOutboundPorts',
]

/** Istio writes one of two clusters and virtual hosts for what is not in the registry: those of the proxy say which mode is in force. */
function modeOf(proxy: EnvoyProxy): EgressMode | undefined {
  const hosts = proxy
    .routeNames()
    .flatMap(name => proxy.routeConfiguration(name)?.virtualHosts ?? [])
    .map(each => each.name)
  if (hosts.includes('block_all')) return 'REGISTRY_ONLY'
  return hosts.includes('allow_any') ? 'ALLOW_ANY' : undefined
}

async function readMode(source: Source, pod: PodRef, gaps: Gap[]): Promise<EgressMode | undefined> {
  const artifact = await source.evidence('envoy.config_dump', pod)
  const dump = artifact.ok ? parseConfigDump(artifact.value) : artifact
  if (dump.ok) return modeOf(proxyOf(dump.value.json))
  gaps.push(dump.gap)
  return undefined
}

function known(mode: string | undefined): EgressMode | undefined {
  return mode === 'ALLOW_ANY' || mode === 'REGISTRY_ONLY' ? mode : undefined
}

/** What the pod may call outside the mesh, and what happens to a request to one host. Nothing is sent. */
export async function egressReport(
  given: Source,
  subject: PodRef,
  to: string | undefined,
  istioNamespace: string,
): Promise<EgressReport> {
  const source = noted(given)
  const gaps: Gap[] = []
  const pod = required(await readPodObject(source, subject), source)
  const objects = objectCache(source, istioNamespace)
  const [mesh, sidecars, entries] = await Promise.all([
    objects.settings.mesh(),
    objects.list('sidecars', subject.namespace),
    objects.list('serviceEntries', subject.namespace),
  ])
  for (const each of [mesh, sidecars, entries]) if (!each.ok) gaps.push(each.gap)
  const own = sidecars.ok
    ? sidecarOf(pod, sidecars.value, mesh.ok ? mesh.value.rootNamespace : istioNamespace)
    : undefined
  const setByOwn = own !== undefined && own.outboundPolicy !== ''
  const mode = await readMode(source, subject, gaps)
  const declared = known(setByOwn ? own.outboundPolicy : mesh.ok ? mesh.value.outboundPolicy : undefined)
  if (mode === undefined && declared === undefined)
    gaps.push(missing('the egress mode', 'not-found', 'neither Envoy nor the objects say it').gap)
  const path =
    to === undefined
      ? undefined
      : await pathReport(source, {from: {kind: 'pod', pod: subject}, to, flags: {}, istioNamespace})
  const blocked = path?.branches.find(each => each.cause?.field?.endsWith('outboundTrafficPolicy.mode') === true)
  const serviceEntries = (entries.ok ? entries.value : []).filter(
    ({object, exportTo}) => exportTo.length === 0 || exportTo.includes('*') || object.namespace === subject.namespace,
  )
  return {
    ...answeredFrom(source),
    gaps: [...gaps, ...(path?.gaps ?? [])],
    notes: path === undefined ? [] : [...path.caveats, ...path.notes],
    failing: path?.failing ?? false,
    undecided: (path?.undecided ?? false) || (mode === undefined && declared === undefined),
    subject,
    mode,
    declared,
    declaredBy: setByOwn ? own.object : undefined,
    sidecar: own === undefined ? undefined : {object: own.object, egress: own.egress},
    serviceEntries,
    bypasses: BYPASSES.flatMap(annotation => {
      const value = pod.annotations[annotation]
      return value === undefined || value === '' ? [] : [{annotation, value}]
    }),
    asked: to === undefined || path === undefined ? undefined : {to, branches: path.branches},
    patch: to === undefined || blocked === undefined ? undefined : missingServiceEntry(to, subject.namespace, own),
  }
}
