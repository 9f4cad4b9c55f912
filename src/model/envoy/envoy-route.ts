/** One destination of a route's action, with its weight if there are several. */
export interface WeightedClusterSummary {
  readonly cluster: string
  readonly weight: number
}

/** What a route does with a matching request. */
export type RouteActionSummary =
  | {readonly kind: 'cluster'; readonly cluster: string}
  | {readonly kind: 'weighted'; readonly clusters: readonly WeightedClusterSummary[]}
  | {readonly kind: 'cluster-header'; readonly header: string}
  | {readonly kind: 'redirect'; readonly to: string}
  | {readonly kind: 'direct-response'; readonly status: number}
  | {readonly kind: 'other'; readonly name: string}

/** The path match of a route; the kinds of match istioctl prints. */
export interface RouteMatchSummary {
  readonly prefix: string | undefined
  readonly pathSeparatedPrefix: string | undefined
  readonly path: string | undefined
  readonly regex: string | undefined
}

/** Parts of a route that istioctl's table does not show. */
export interface RouteDetails {
  readonly name: string
  /** Each `name OP value`, pseudo-headers such as `:method` included; CONNECT and path templates too. */
  readonly conditions: readonly string[]
  readonly timeout: string | undefined
  readonly retries: string | undefined
}

export interface EnvoyRoute {
  readonly match: RouteMatchSummary
  readonly action: RouteActionSummary
  /** The Istio object it was generated from, as `name.namespace`. */
  readonly rule: string
  /** Decoded on demand: a large proxy has tens of thousands of routes. */
  readonly details: () => RouteDetails
}

export interface VirtualHostSummary {
  readonly name: string
  readonly domains: readonly string[]
  readonly routes: readonly EnvoyRoute[]
}

/** An Envoy route configuration; `json` is the resource as Envoy sent it. */
export interface EnvoyRouteConfig {
  readonly name: string
  readonly virtualHosts: readonly VirtualHostSummary[]
  readonly json: unknown
}

/** The path part of a match as istioctl writes it: `/x*`, `PathPrefix:/x`, `/x`, `regex …`; empty for any other kind. */
export function pathText({prefix, pathSeparatedPrefix, path, regex}: RouteMatchSummary): string {
  let text = prefix === undefined || prefix === '' ? '' : `${prefix}*`
  const add = (part: string) => {
    if (part !== '') text = text === '' ? part : `${text} ${part}`
  }
  if (pathSeparatedPrefix !== undefined && pathSeparatedPrefix !== '') add(`PathPrefix:${pathSeparatedPrefix}`)
  if (path !== undefined) add(path)
  if (regex !== undefined) add(`regex ${regex}`)
  return text
}

/** Weights of several clusters as text: `a (80%), b (20%)`; weights that do not add up to 100 are printed as they are. */
export function weightedText(clusters: readonly WeightedClusterSummary[]): string {
  const total = clusters.reduce((sum, each) => sum + each.weight, 0)
  return clusters
    .map(({cluster, weight}) => `${cluster} (${total === 100 ? `${weight}%` : `${weight}/${total}`})`)
    .join(', ')
}

/** What a route does, in one cell. */
export function actionText(action: RouteActionSummary): string {
  switch (action.kind) {
    case 'cluster':
      return action.cluster
    case 'weighted':
      return weightedText(action.clusters)
    case 'cluster-header':
      return `cluster named by header ${action.header}`
    case 'redirect':
      return `redirect to ${action.to}`
    case 'direct-response':
      return `answers ${action.status}`
    case 'other':
      return action.name
  }
}
