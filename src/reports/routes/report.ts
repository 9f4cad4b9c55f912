import {answeredFrom, noted} from '../../evidence/provenance.js'
import {resourceJson} from '../../formats/envoy-config-dump/proto-json.js'
import {resourcesOf} from '../../formats/envoy-config-dump/resources.js'
import {decodeRoutes} from '../../formats/envoy-config-dump/routes.js'
import type {EnvoyRoute, EnvoyRouteConfig} from '../../model/envoy/envoy-route.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import {humanCount} from '../../model/text/human-count.js'
import type {Source} from '../../sources/source.js'
import {loadDump, noneIn, nothingLeft, pendingNotes, requiredSection, unreadNotes} from '../config-dump.js'
import type {Report} from '../report.js'

export interface RouteReport extends Report {
  readonly subject: PodRef
  /** A row per route, or per route configuration. */
  readonly verbose: boolean
  readonly configs: readonly EnvoyRouteConfig[]
  readonly artifact: Artifact
  readonly document: () => unknown
}

/** istioctl leaves routes to this cluster out of its table; so do all forms but wide. */
export function isHiddenRoute({action}: EnvoyRoute): boolean {
  return action.kind === 'cluster' && action.cluster === 'PassthroughCluster'
}

function portNumber({name}: EnvoyRouteConfig): number | undefined {
  return /^[+-]?\d+$/.test(name) && Number.isSafeInteger(Number(name)) ? Number(name) : undefined
}

/** Configurations named by a port come first, by number; the others follow in dump order. */
function byPortFirst(a: EnvoyRouteConfig, b: EnvoyRouteConfig): number {
  const left = portNumber(a)
  const right = portNumber(b)
  if (left !== undefined && right !== undefined) return left - right
  return (left === undefined ? 1 : 0) - (right === undefined ? 1 : 0)
}

/** The route configurations of a section under a name (any when empty), in table order; a section without any is an error, unless a name was asked for. */
export function routesIn(section: unknown, name: string | undefined): readonly EnvoyRouteConfig[] {
  const configs = decodeRoutes(section)
  if (configs.length === 0 && !name && pendingNotes('Routes', section).length === 0) throw noneIn('Routes', section)
  return configs.filter(config => !name || config.name === name).sort(byPortFirst)
}

/** A remark on the routes the table leaves out, if any. */
export function hiddenNote(configs: readonly EnvoyRouteConfig[]): readonly string[] {
  const hidden = configs.flatMap(({virtualHosts}) => virtualHosts.flatMap(({routes}) => routes.filter(isHiddenRoute)))
  if (hidden.length === 0) return []
  const what = humanCount(hidden.length, 'route to PassthroughCluster is', 'routes to PassthroughCluster are')
  return [`${what} not in this table; -o wide shows them`]
}

/** The routes a pod's Envoy has. `shown` says which form the table will take, for the remark on what it leaves out. */
export async function routeReport(
  given: Source,
  subject: PodRef,
  name: string | undefined,
  shown: {readonly verbose: boolean; readonly all: boolean},
): Promise<RouteReport> {
  const source = noted(given)
  const {artifact, dump} = await loadDump(source, subject, ['routes'], name ? [name] : [])
  const section = requiredSection(dump, 'Routes', source)
  const configs = routesIn(section, name)
  const all = configs.length > 0 ? 0 : resourcesOf(section, 'Routes').length
  const notes = [
    ...pendingNotes('Routes', section),
    ...unreadNotes('Routes', [section]),
    ...nothingLeft(configs.length, all, 'route configurations'),
    ...(shown.verbose && !shown.all ? hiddenNote(configs) : []),
  ]
  const document = () => configs.map(config => resourceJson(config.json))
  return {
    ...answeredFrom(source),
    gaps: artifact.incomplete ?? [],
    notes,
    subject,
    verbose: shown.verbose,
    configs,
    artifact,
    document,
  }
}
