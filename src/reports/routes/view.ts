import {
  actionText,
  type EnvoyRoute,
  type EnvoyRouteConfig,
  pathText,
  type VirtualHostSummary,
} from '../../model/envoy/envoy-route.js'
import type {Table} from '../../terminal/doc.js'
import {orDash} from '../or-dash.js'
import type {View} from '../view.js'
import {domainsText} from './domains.js'
import {isHiddenRoute, type RouteReport} from './report.js'

const WIDE = ['CONDITIONS', 'DESTINATION', 'TIMEOUT', 'RETRIES', 'ROUTE']

function wideCells({action, details}: EnvoyRoute): readonly string[] {
  const {conditions, timeout, retries, name} = details()
  return [conditions.join(', '), actionText(action), timeout, retries, name].map(orDash)
}

function hostRows(host: VirtualHostSummary, wide: boolean): readonly (readonly string[])[] {
  const start = [host.name, domainsText(host.domains)]
  if (host.routes.length === 0) return [[...start, '/*', '404', ...(wide ? ['-', 'answers 404', '-', '-', '-'] : [])]]
  return host.routes
    .filter(route => wide || !isHiddenRoute(route))
    .map(route => [...start, pathText(route.match), route.rule, ...(wide ? wideCells(route) : [])])
}

/** istioctl's route table: a row per route, or per configuration; with `named`, names start with `route/`. */
export function routeTable(
  configs: readonly EnvoyRouteConfig[],
  verbose: boolean,
  wide: boolean,
  named: boolean,
): Table {
  const label = ({name}: EnvoyRouteConfig) => (named ? `route/${name}` : name)
  const shape = {block: 'table', style: 'columns', padding: 5} as const
  if (!verbose) {
    const rows = configs.map(config => [label(config), String(config.virtualHosts.length)])
    return {...shape, header: ['NAME', 'VIRTUAL HOSTS'], rows}
  }
  const header = ['NAME', 'VHOST NAME', 'DOMAINS', 'MATCH', 'VIRTUAL SERVICE', ...(wide ? WIDE : [])]
  const rows = configs.flatMap(config =>
    config.virtualHosts.flatMap(host => hostRows(host, wide).map(cells => [label(config), ...cells])),
  )
  return {...shape, header, rows}
}

/** istioctl's route tables; wide adds conditions, destinations with weights, timeouts and the routes istioctl hides. */
export const routesView: View<RouteReport> = {
  namedBy: 'NAME',
  doc: (report, form) => [routeTable(report.configs, report.verbose, form === 'wide', false)],
  data: report => report.document(),
  jsonIndent: 4,
  raw: report => report.artifact.bytes,
}
