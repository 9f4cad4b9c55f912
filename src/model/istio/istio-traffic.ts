import type {ObjectRef} from '../kube/pod.js'
import type {Labels} from '../kube/selector.js'
import type {ZtunnelRule} from './ztunnel.js'

/** One weighted destination of a route. */
export interface RouteTarget {
  readonly host: string
  readonly subset?: string
  readonly port?: number
  readonly weight: number
}

export interface TrafficRoute {
  readonly protocol: 'http' | 'tls' | 'tcp'
  /** As text: `/api*`, `header end-user=jason`; empty if it matches everything. */
  readonly matches: readonly string[]
  readonly targets: readonly RouteTarget[]
  /** What else it does: fault, timeout, retries, mirror, redirect. */
  readonly extras: readonly string[]
}

export interface VirtualServiceModel {
  readonly object: ObjectRef
  readonly hosts: readonly string[]
  /** `mesh` when none is named. */
  readonly gateways: readonly string[]
  readonly routes: readonly TrafficRoute[]
}

export interface GatewayModel {
  readonly object: ObjectRef
  readonly selector: Labels
  readonly servers: readonly {
    readonly port: number
    readonly protocol: string
    readonly hosts: readonly string[]
    readonly tls: string
    /** The Secrets it names (credentialName, credentialNames, caCertCredentialName), as written. */
    readonly credentials: readonly string[]
  }[]
}

export interface AuthorizationPolicyModel {
  readonly object: ObjectRef
  readonly selector?: Labels
  readonly action: string
  readonly rules: number
  /** Its targetRefs, used instead of a selector: a Gateway, a Service, …, as `Kind/name`. */
  readonly targets: readonly string[]
  readonly dryRun: boolean
  /** Why nothing enforces it, as istiod wrote into its status (conditions ZtunnelAccepted and WaypointAccepted). */
  readonly refused?: string
  /** Fields and condition keys of its rules that ztunnel does not get: methods, notPaths, request.headers[…]. */
  readonly httpFields: readonly string[]
  /** Its rules as istiod sends them to ztunnel; absent for a policy that ztunnel does not get. */
  readonly atZtunnel?: readonly ZtunnelRule[]
}

/** The parts of a RequestAuthentication that select pods. */
export interface RequestAuthenticationModel {
  readonly object: ObjectRef
  readonly selector?: Labels
  /** As with an AuthorizationPolicy. */
  readonly targets: readonly string[]
}

/** Names, addresses and ports of a ServiceEntry. */
export interface ServiceEntryModel {
  readonly object: ObjectRef
  readonly hosts: readonly string[]
  /** Declared addresses; those allocated by istiod only work for clients with DNS capture. */
  readonly addresses: readonly string[]
  /** The addresses istiod gave its hosts (status.addresses), for clients with DNS capture. */
  readonly allocated: readonly {readonly host: string; readonly address: string}[]
  readonly resolution: string
  readonly exportTo: readonly string[]
  /** The workloads it selects, if any. */
  readonly selector?: Labels
  readonly ports: readonly {readonly port: number; readonly protocol: string; readonly path: string}[]
}

/** The parts of an EnvoyFilter needed to search its patches. */
export interface EnvoyFilterModel {
  readonly object: ObjectRef
  readonly selector?: Labels
  /** Its spec as JSON on one line. */
  readonly text: string
}

export interface SidecarModel {
  readonly object: ObjectRef
  readonly selector?: Labels
  readonly egress: readonly string[]
  readonly outboundPolicy: string
  /** Ports it receives on, and where in the pod it passes them to (`127.0.0.1:8080`). */
  readonly ingress: readonly {readonly port: number; readonly endpoint: string}[]
}
