import type {CaptureDefaults} from './injection.js'

/** The MeshConfig settings that rules use, with Istio's defaults. */
export interface MeshSettings {
  readonly rootNamespace: string
  readonly enableAutoMtls: boolean
  readonly outboundPolicy: string
  readonly discoveryAddress: string
  readonly clusterDomain: string
  /** The trust domain of the mesh, then its aliases. */
  readonly trustDomains: readonly string[]
  /** Providers that CUSTOM policies may ask; `http` for those that take HTTP requests only. */
  readonly authorizers: readonly {readonly name: string; readonly http: boolean}[]
  /** How many proxies before a gateway are believed about the client's address. */
  readonly trustedProxies: number
  /** What `defaultConfig` says about capture. */
  readonly capture: CaptureDefaults
}
