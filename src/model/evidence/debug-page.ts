/** A Service of istiod's registry (/debug/registryz). */
export interface RegisteredService {
  readonly host: string
  readonly ports: readonly {readonly name: string; readonly port: number; readonly protocol: string}[]
}

/** How many endpoints istiod has for a host or one of its ports (/debug/endpointz, /debug/endpointShardz). */
export interface EndpointCount {
  readonly host: string
  readonly all: number
  readonly unhealthy: number
}

/** A connected proxy (/debug/adsz, /debug/connections); the version is absent in the second page. */
export interface ConnectedProxy {
  readonly name: string
  readonly version?: string
}

/** A problem that istiod met while it built configuration (/debug/push_status), by the metric that counts it. */
export interface PushProblem {
  readonly metric: string
  readonly subject: string
  readonly message: string
}

/** A cluster whose API server istiod reads (/debug/clusterz). */
export interface WatchedCluster {
  readonly id: string
  readonly state: string
}

/** An AuthorizationPolicy that istiod knows (/debug/authorizationz). */
export interface KnownPolicy {
  readonly name: string
  readonly namespace: string
  readonly action: string
}

/** What a text holds of istiod's debug pages. */
export interface DebugPages {
  /** True when the text ends within a page, or parts were left out: a list may be longer than it is here. */
  readonly cut: boolean
  readonly services: readonly RegisteredService[]
  readonly endpoints: readonly EndpointCount[]
  readonly proxies: readonly ConnectedProxy[]
  readonly problems: readonly PushProblem[]
  readonly clusters: readonly WatchedCluster[]
  readonly policies: readonly KnownPolicy[]
}

/** Envoy's /memory page, in bytes. */
export interface EnvoyMemory {
  readonly allocated: number
  readonly heap: number
  readonly free: number
}

/** A value of Envoy's /runtime page, with the layer that sets it. */
export interface RuntimeValue {
  readonly name: string
  readonly value: string
  readonly layer: string
}

/** A row of `istioctl authn tls-check`. */
export interface TlsCheckRow {
  readonly host: string
  readonly status: string
  readonly server: string
  readonly client: string
  readonly policy: string
  readonly rule: string
}

/** A gateway to another network, by its address or name. */
export interface NetworkGateway {
  readonly network: string
  readonly address: string
}

/** A debug page of istiod that tells of itself rather than of one proxy: what it is, and what it holds. */
export type OtherIstiodPage =
  | {
      readonly page: 'pushcontext'
      readonly gateways: readonly NetworkGateway[]
      readonly unresolved: readonly NetworkGateway[]
    }
  | {readonly page: 'telemetryz'; readonly names: readonly string[]; readonly root: string}
  | {
      readonly page: 'instancesz'
      readonly proxies: readonly {readonly proxy: string; readonly hosts: readonly string[]}[]
    }
  | {readonly page: 'cachez'; readonly kinds: readonly {readonly type: string; readonly size: string}[]}
  | {readonly page: 'inject'; readonly names: readonly string[]}
  | {readonly page: 'version'; readonly release: string; readonly commit: string}
  | {readonly page: 'index'; readonly links: readonly string[]}
