import type {Configured} from './config-object.js'

/** A StringMatch (networking.istio.io): how a text is compared. */
export interface StringMatch {
  readonly type: 'exact' | 'prefix' | 'regex' | 'present'
  readonly text: string
}

/** Conditions on texts by name: headers, query parameters. */
export type MatchesByName = ReadonlyMap<string, StringMatch>

/** One match of a rule of a VirtualService; an omitted condition matches everything. */
export interface HttpMatchRequest {
  /** The whole match as text without its name: equal texts are equal conditions. */
  readonly key: string
  readonly name: string
  readonly path: string
  readonly port?: number
  readonly uri?: StringMatch
  readonly method?: StringMatch
  readonly authority?: StringMatch
  readonly scheme?: StringMatch
  readonly ignoreUriCase: boolean
  readonly headers: MatchesByName
  readonly withoutHeaders: MatchesByName
  readonly queryParams: MatchesByName
  readonly gateways: readonly string[]
  readonly sniHosts: readonly string[]
  /** Conditions on the client: source labels, namespace, subnets and what else is set. */
  readonly others: readonly string[]
}

/** Where a rule sends requests or copies of them. */
export interface RouteDestination {
  readonly host: string
  readonly subset?: string
  readonly port?: number
  readonly weight?: number
  /** The path of the `destination` or `mirror` object. */
  readonly path: string
  readonly mirror: boolean
}

/** One rule of a VirtualService. */
export interface RouteRule {
  readonly list: 'http' | 'tls' | 'tcp'
  readonly index: number
  readonly name: string
  readonly path: string
  readonly matches: readonly HttpMatchRequest[]
  readonly destinations: readonly RouteDestination[]
  /** The `namespace/name` of the VirtualService it delegates to. */
  readonly delegate?: {readonly namespace: string; readonly name: string; readonly path: string}
  readonly redirect: boolean
  readonly directResponse: boolean
  readonly timeoutMs?: number
  readonly retries?: {readonly attempts: number; readonly perTryTimeoutMs?: number; readonly retryOn: string}
  readonly rewrites: boolean
}

/** A VirtualService (networking.istio.io). */
export interface VirtualServiceConfig extends Configured {
  readonly hosts: readonly string[]
  /** As written; empty means the mesh gateway. */
  readonly gateways: readonly string[]
  readonly exportTo: readonly string[]
  readonly rules: readonly RouteRule[]
}

/** True for a VirtualService that applies to sidecars. */
export function appliesToMesh({gateways}: Pick<VirtualServiceConfig, 'gateways'>): boolean {
  return gateways.length === 0 || gateways.includes('mesh')
}
