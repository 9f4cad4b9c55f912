import type {CaptureDefaults} from './injection.js'

/** What MeshConfig says of the things rules ask about; defaults are Istio's. */
export interface MeshSettings {
  readonly rootNamespace: string
  readonly enableAutoMtls: boolean
  readonly outboundPolicy: string
  readonly discoveryAddress: string
  readonly clusterDomain: string
  /** What `defaultConfig` says about capture. */
  readonly capture: CaptureDefaults
}
