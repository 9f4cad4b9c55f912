import type {CaptureDefaults} from './injection.js'

/** A provider that CUSTOM policies may ask (MeshConfig.ExtensionProvider); `http` for one that takes HTTP requests only. */
export interface Authorizer {
  readonly name: string
  readonly http: boolean
  /** Its host, with or without its namespace before a slash. */
  readonly service: string
}

/** The MeshConfig settings that rules use, with Istio's defaults. */
export interface MeshSettings {
  readonly rootNamespace: string
  readonly enableAutoMtls: boolean
  readonly outboundPolicy: string
  readonly discoveryAddress: string
  readonly clusterDomain: string
  /** The trust domain of the mesh, then its aliases. */
  readonly trustDomains: readonly string[]
  readonly authorizers: readonly Authorizer[]
  /** How many proxies before a gateway are believed about the client's address. */
  readonly trustedProxies: number
  /** What `defaultConfig` says about capture. */
  readonly capture: CaptureDefaults
}
