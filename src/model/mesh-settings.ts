import type {CaptureDefaults} from './injection.js'

/** The MeshConfig settings that rules use, with Istio's defaults. */
export interface MeshSettings {
  readonly rootNamespace: string
  readonly enableAutoMtls: boolean
  readonly outboundPolicy: string
  readonly discoveryAddress: string
  readonly clusterDomain: string
  /** What `defaultConfig` says about capture. */
  readonly capture: CaptureDefaults
}
