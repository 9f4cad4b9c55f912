import {answeredFrom, noted} from '../../evidence/provenance.js'
import {objectOf, textOf, textsOf} from '../../formats/decode.js'
import {readAuthorization} from '../../formats/istio/authorization.js'
import {readPod} from '../../formats/kube-pod/parse.js'
import {hasProxy} from '../../formats/kube-pod/proxy-pod.js'
import {isCniAgent, isZtunnel} from '../../formats/kube-pod/ztunnel-pod.js'
import type {Gap} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import {DATAPLANE_LABEL, isRedirected, WAYPOINT_LABEL} from '../../model/istio/mesh-keys.js'
import {type KubeObject, podRefOf} from '../../model/kube/kube-object.js'
import {byText} from '../../model/text/order.js'
import type {Source} from '../../sources/source.js'
import {optional, type Report, required} from '../report.js'
import type {ReadinessEffect, ReadinessItem} from './item.js'
import {podItems, READINESS_BY_KIND} from './objects.js'
import {authorizationItems, identityItems} from './policies.js'
import {accessEntries, type ObservedTraffic, trafficItems} from './traffic.js'

/** What moving a namespace from sidecars to ambient mode changes, breaks or needs. */
export interface AmbientReadinessReport extends Report {
  readonly namespace: string
  readonly verdict: 'ready' | 'needs-waypoint' | 'blocked' | 'in-ambient'
  readonly workloads: number
  readonly withSidecar: number
  readonly items: readonly ReadinessItem[]
}

/** Kinds whose objects in the root namespace apply to every namespace. */
const MESH_WIDE = ['AuthorizationPolicy', 'PeerAuthentication', 'RequestAuthentication', 'EnvoyFilter', 'Sidecar']
/** Kinds of which only the objects in the namespace itself matter. */
const OWN = ['HTTPRoute', 'NetworkPolicy']

/** Hosts of an object that are Services of the namespace. */
function servesNamespace(object: KubeObject, namespace: string): boolean {
  const hosts = [...textsOf(object, 'spec', 'hosts'), textOf(object, 'spec', 'host') ?? '']
  return hosts.some(host => host.split('.')[1] === namespace)
}

function applies(object: KubeObject, namespace: string, root: string): boolean {
  const own = object.metadata.namespace
  if (own === namespace) return true
  if (MESH_WIDE.includes(object.kind)) {
    const selected = objectOf(object, 'spec', 'selector') ?? objectOf(object, 'spec', 'workloadSelector')
    return own === root && selected === undefined
  }
  return servesNamespace(object, namespace)
}

async function ofNamespace(
  source: Source,
  kind: string,
  namespace: string,
  root: string,
  gaps: Gap[],
): Promise<readonly KubeObject[]> {
  const all = optional(await source.objects(OWN.includes(kind) ? {kind, namespace} : {kind}), gaps) ?? []
  return all.filter(each => applies(each, namespace, root))
}

/** What the installation lacks for pods of these nodes. */
function installation(all: readonly KubeObject[], pods: readonly KubeObject[]): readonly ReadinessItem[] {
  const nodeOf = (pod: KubeObject) => textOf(pod, 'spec', 'nodeName') ?? ''
  const nodes = [...new Set(pods.map(nodeOf))].filter(node => node !== '').sort(byText)
  const served = new Set(all.filter(isZtunnel).map(nodeOf))
  const without = nodes.filter(node => !served.has(node))
  const item = (message: string, fix: string): ReadinessItem => ({
    effect: 'breaks',
    object: 'Mesh',
    message,
    fix,
    doc: 'platform',
  })
  return [
    ...(without.length === 0
      ? []
      : [
          item(
            `No ztunnel runs on ${without.length === nodes.length ? 'any node of these pods' : without.join(', ')}: pods there cannot join.`,
            'Install ztunnel (profile ambient) before the migration.',
          ),
        ]),
    ...(all.some(pod => isCniAgent(pod) || isRedirected(pod.metadata.annotations ?? {}))
      ? []
      : [
          item(
            'No istio-cni agent runs: nothing redirects pods to ztunnel.',
            'Install istio-cni with ambient enabled.',
          ),
        ]),
  ]
}

async function observed(source: Source, pods: readonly KubeObject[], gaps: Gap[]): Promise<readonly ObservedTraffic[]> {
  const logs = await Promise.all(
    pods.filter(hasProxy).map(async pod => {
      const log = optional(await source.evidence('log.istio-proxy', podRefOf(pod)), gaps)
      const text = log === undefined ? '' : Buffer.from(log.bytes).toString('utf8')
      return {workload: readPod(pod)?.workload.name ?? pod.metadata.name, entries: accessEntries(text)}
    }),
  )
  return logs
}

const RANK: Readonly<Record<ReadinessEffect, number>> = {breaks: 0, waypoint: 1, changes: 2}

function ranked(items: readonly ReadinessItem[]): readonly ReadinessItem[] {
  const unique = new Map(items.map(each => [`${each.object}\n${each.field}\n${each.message}`, each]))
  return [...unique.values()].sort(
    (a, b) => RANK[a.effect] - RANK[b.effect] || byText(a.object, b.object) || byText(a.message, b.message),
  )
}

function isWorkloadPod(pod: KubeObject): boolean {
  return !isZtunnel(pod) && pod.metadata.labels?.['gateway.networking.k8s.io/gateway-name'] === undefined
}

/** Whether a Service or the namespace already names a waypoint. */
function hasWaypoint(services: readonly KubeObject[], namespace: KubeObject | undefined): boolean {
  return [...services, ...(namespace === undefined ? [] : [namespace])].some(({metadata}) => {
    const name = metadata.labels?.[WAYPOINT_LABEL]
    return name !== undefined && name !== 'none'
  })
}

function workloadItems(pods: readonly KubeObject[]): readonly ReadinessItem[] {
  return pods.flatMap(pod => {
    const {workload} = readPod(pod) ?? {}
    const owner =
      workload === undefined
        ? pod
        : ({...pod, kind: workload.kind, metadata: {...pod.metadata, name: workload.name}} as KubeObject)
    return podItems(owner, pod)
  })
}

/** What would change, break or need a waypoint if a namespace moved from sidecars to ambient mode (istio.io, "Migrate from Sidecar to Ambient"). */
export async function ambientReadinessReport(
  given: Source,
  namespace: string,
  root: string,
): Promise<AmbientReadinessReport> {
  const source = noted(given)
  const gaps: Gap[] = []
  const all = required(await source.objects({kind: 'Pod'}), source)
  const pods = all.filter(pod => pod.metadata.namespace === namespace && isWorkloadPod(pod))
  const namespaces = optional(await source.objects({kind: 'Namespace'}), gaps)
  const own = namespaces?.find(each => each.metadata.name === namespace)
  if (pods.length === 0 && (namespaces === undefined || own === undefined))
    throw new UserError(`namespace ${namespace} not found in ${source.origin.label}`, {
      hint: `Namespaces: ${[...new Set(all.map(({metadata}) => metadata.namespace ?? ''))].sort(byText).join(', ')}.`,
    })
  const kinds = Object.keys(READINESS_BY_KIND)
  const lists = await Promise.all(kinds.map(async kind => await ofNamespace(source, kind, namespace, root, gaps)))
  const policies = (await ofNamespace(source, 'AuthorizationPolicy', namespace, root, gaps))
    .map(readAuthorization)
    .filter(each => each !== undefined)
  const services = (optional(await source.objects({kind: 'Service', namespace}), gaps) ?? []).filter(
    each => each.metadata.namespace === namespace,
  )
  const found = [
    ...lists.flatMap((list, i) =>
      list.flatMap(object => READINESS_BY_KIND[kinds[i] ?? '']?.({...object, kind: kinds[i] ?? ''}) ?? []),
    ),
    ...policies.flatMap(authorizationItems),
    ...workloadItems(pods),
    ...installation(all, pods),
    ...trafficItems(namespace, await observed(source, pods, gaps)),
  ]
  const needs = found.some(({effect}) => effect === 'waypoint')
  // A policy that goes to the waypoint is no longer matched at ztunnel.
  const kept = policies.filter(each => authorizationItems(each).every(({effect}) => effect !== 'waypoint'))
  const items = ranked([...found, ...identityItems(kept, needs || hasWaypoint(services, own))])
  const withSidecar = pods.filter(hasProxy).length
  const blocked = items.some(({effect}) => effect === 'breaks')
  const inAmbient = own?.metadata.labels?.[DATAPLANE_LABEL] === 'ambient' && withSidecar === 0
  return {
    ...answeredFrom(source),
    gaps,
    notes: [],
    failing: blocked || needs,
    namespace,
    verdict: inAmbient ? 'in-ambient' : blocked ? 'blocked' : needs ? 'needs-waypoint' : 'ready',
    workloads: new Set(pods.map(pod => readPod(pod)?.workload.name ?? pod.metadata.name)).size,
    withSidecar,
    items,
  }
}
