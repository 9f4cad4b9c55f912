import type {Labels} from '../kube/selector.js'
import type {Configured} from './config-object.js'

/** TLS settings of a client (ClientTLSSettings). */
export interface ClientTls {
  readonly mode: string
  readonly caCertificates: string
  readonly credentialName: string
  readonly path: string
}

/** The parts of a TrafficPolicy that rules use. */
export interface TrafficPolicyConfig {
  readonly tls?: ClientTls
  readonly ports: readonly {readonly port: number; readonly tls?: ClientTls; readonly path: string}[]
  readonly locality: boolean
  readonly outlierDetection: boolean
  readonly path: string
}

/** A DestinationRule (networking.istio.io). */
export interface DestinationRuleConfig extends Configured {
  readonly host: string
  readonly exportTo: readonly string[]
  readonly workloadSelector?: Labels
  readonly policy: TrafficPolicyConfig
  readonly subsets: readonly {
    readonly name: string
    readonly labels: Labels
    readonly policy: TrafficPolicyConfig
    readonly path: string
  }[]
}

/** TLS settings of a Gateway server (ServerTLSSettings). */
export interface ServerTls {
  readonly mode: string
  readonly credentialName: string
  readonly credentialNames: readonly string[]
  readonly serverCertificate: string
  readonly privateKey: string
  readonly httpsRedirect: boolean
}

export interface GatewayServer {
  readonly port: number
  readonly portName: string
  readonly protocol: string
  readonly bind: string
  readonly hosts: readonly string[]
  readonly tls?: ServerTls
  readonly path: string
}

/** A Gateway (networking.istio.io). */
export interface GatewayConfig extends Configured {
  readonly selector: Labels
  readonly servers: readonly GatewayServer[]
}

/** A ServiceEntry (networking.istio.io). */
export interface ServiceEntryConfig extends Configured {
  readonly hosts: readonly string[]
  readonly addresses: readonly string[]
  /** Addresses istiod allocated, from the status. */
  readonly allocated: readonly string[]
  readonly exportTo: readonly string[]
  readonly resolution: string
  readonly location: string
  readonly workloadLabels: Labels
  /** The labels of each endpoint written in it. */
  readonly endpointLabels: readonly Labels[]
  readonly ports: readonly {
    readonly number: number
    readonly name: string
    readonly protocol: string
    /** Where requests to the port go; its number unless given. */
    readonly targetPort?: number
    readonly path: string
  }[]
}

/** A Sidecar (networking.istio.io); its selector is undefined when it has none. */
export interface SidecarConfig extends Configured {
  readonly selector?: Labels
  readonly egress: readonly {
    readonly hosts: readonly string[]
    readonly port?: number
    readonly path: string
  }[]
  readonly egressProxy: boolean
  readonly outboundMode: string
}

/** One patch of an EnvoyFilter. */
export interface EnvoyPatch {
  readonly applyTo: string
  readonly operation: string
  /** False when the patch itself is missing. */
  readonly present: boolean
  readonly filterName: string
  readonly proxyVersion: string
  readonly path: string
}

/** An EnvoyFilter (networking.istio.io). */
export interface EnvoyFilterConfig extends Configured {
  readonly priority: number
  readonly patches: readonly EnvoyPatch[]
}
