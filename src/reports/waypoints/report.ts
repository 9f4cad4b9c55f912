import {listingOnce} from '../../evidence/asked-once.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {readWaypoint} from '../../formats/istio/waypoint.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {Gap} from '../../model/evidence/answer.js'
import {WAYPOINT_LABEL} from '../../model/istio/mesh-keys.js'
import {namedWaypoint, type Waypoint} from '../../model/istio/waypoint.js'
import {GATEWAY_API_GATEWAY} from '../../model/kube/kinds.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {byText} from '../../model/text/order.js'
import type {Source} from '../../sources/source.js'
import {isReady} from '../../sources/subject.js'
import {optional, type Report, required} from '../report.js'

/** A waypoint with what its Gateway does not say: its pods, who uses it, and what is wrong with that. */
export interface WaypointRow {
  readonly waypoint: Waypoint
  /** Absent where pods could not be listed. */
  readonly pods?: {readonly all: number; readonly ready: number}
  /** `Service api`, `Namespace amb2`, `Pod x`: what carries its name in label istio.io/use-waypoint. */
  readonly usedBy: readonly string[]
  readonly problems: readonly string[]
}

export interface WaypointReport extends Report {
  readonly rows: readonly WaypointRow[]
  /** True when there is no Gateway of any class: istioctl then prints a sentence. */
  readonly none: boolean
  readonly everywhere: boolean
}

const OF_GATEWAY = 'gateway.networking.k8s.io/gateway-name'
const USERS = ['Service', 'ServiceEntry', 'Pod', 'Namespace'] as const

function namespaceOf({kind, metadata}: KubeObject): string {
  return kind === 'Namespace' ? metadata.name : (metadata.namespace ?? 'default')
}

/** True when the object's labels lead to the waypoint (istio.io, "Configure waypoint proxies"). */
function uses(object: KubeObject, {name, namespace}: Waypoint): boolean {
  const named = namedWaypoint(object.metadata.labels ?? {}, {}, namespaceOf(object))
  return named?.name === name && named.namespace === namespace
}

function label({kind, metadata}: KubeObject, {namespace}: Waypoint): string {
  const elsewhere = kind === 'Namespace' || metadata.namespace === namespace ? '' : `.${metadata.namespace}`
  return `${kind} ${metadata.name}${elsewhere}`
}

function problemsOf(waypoint: Waypoint, row: Pick<WaypointRow, 'pods' | 'usedBy'>): readonly string[] {
  const {pods, usedBy} = row
  const name = `waypoint ${waypoint.name}.${waypoint.namespace}`
  const programmed = waypoint.conditions.find(({type}) => type === 'Programmed')
  const lost = usedBy.length === 0 ? '' : `: requests to ${usedBy.join(', ')} fail`
  return [
    ...(pods === undefined || pods.ready > 0
      ? []
      : [pods.all === 0 ? `${name} has no pod${lost}` : `${name} has no ready pod (${pods.all} not ready)${lost}`]),
    ...(programmed === undefined || programmed.status === 'True'
      ? []
      : [`${name} is not programmed: ${programmed.reason}: ${programmed.message}`]),
    ...(usedBy.length === 0
      ? [`nothing uses ${name}: no label ${WAYPOINT_LABEL}=${waypoint.name} on a Service, pod or namespace`]
      : []),
  ]
}

/** Where there are waypoints, for someone who asked one namespace and found none. */
async function elsewhere(source: Source, namespace: string | undefined): Promise<readonly string[]> {
  const all = namespace === undefined ? undefined : await source.objects({kind: GATEWAY_API_GATEWAY})
  const homes = all?.ok === true ? all.value.flatMap(each => readWaypoint(each)?.namespace ?? []) : []
  const others = [...new Set(homes)].filter(each => each !== namespace).sort()
  return others.length === 0
    ? []
    : [`other namespaces have waypoints: ${others.join(', ')} (-n NAMESPACE, or -A for all)`]
}

/** The waypoints of a namespace, or all, with what their status hides; `wanted` keeps one. */
export async function waypointReport(
  given: Source,
  namespace: string | undefined,
  wanted?: string,
): Promise<WaypointReport> {
  const source = noted(listingOnce(given))
  const gaps: Gap[] = []
  const inside = definedFields({namespace})
  const gateways = required(await source.objects({kind: GATEWAY_API_GATEWAY, ...inside}), source)
  const pods = optional(await source.objects({kind: 'Pod'}), gaps)
  const lists = await Promise.all(USERS.map(kind => source.objects({kind})))
  const users = lists.flatMap(list => optional(list, gaps) ?? [])
  const rows = gateways
    .map(readWaypoint)
    .filter(each => each !== undefined)
    .filter(({name}) => wanted === undefined || name === wanted)
    .sort((a, b) => byText(a.namespace, b.namespace) || byText(a.name, b.name))
    .map((waypoint): WaypointRow => {
      const own = pods?.filter(
        ({metadata}) => metadata.namespace === waypoint.namespace && metadata.labels?.[OF_GATEWAY] === waypoint.name,
      )
      const found = {
        usedBy: users.filter(each => uses(each, waypoint)).map(each => label(each, waypoint)),
        ...definedFields({pods: own === undefined ? undefined : {all: own.length, ready: own.filter(isReady).length}}),
      }
      return {waypoint, ...found, problems: problemsOf(waypoint, found)}
    })
  const broken = rows.filter(({pods: held, waypoint}) => held?.ready === 0 || !isProgrammed(waypoint))
  return {
    ...answeredFrom(source),
    gaps,
    notes: rows.length > 0 ? rows.flatMap(({problems}) => problems) : await elsewhere(source, namespace),
    failing: broken.length > 0,
    rows,
    none: gateways.length === 0,
    everywhere: namespace === undefined,
  }
}

function isProgrammed({conditions}: Waypoint): boolean {
  return conditions.find(({type}) => type === 'Programmed')?.status !== 'False'
}
