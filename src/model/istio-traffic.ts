import type {ObjectRef} from './pod.js'
import type {Labels} from './selector.js'

/** One weighted destination of a route. */
export interface RouteTarget {
  readonly host: string
  readonly subset?: string
  readonly port?: number
  readonly weight: number
}

export interface TrafficRoute {
  readonly protocol: 'http' | 'tls' | 'tcp'
  /** In words: `/api*`, `header end-user=jason`; empty when it takes everything. */
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
  }[]
}

export interface AuthorizationPolicyModel {
  readonly object: ObjectRef
  readonly selector?: Labels
  readonly action: string
  readonly rules: number
  /** What it is attached to instead of selecting pods: a Gateway, a Service, …, as `Kind/name`. */
  readonly targets: readonly string[]
  readonly dryRun: boolean
  /** Fields of its rules that only HTTP has: methods, paths, request.headers[…]. */
  readonly httpFields: readonly string[]
}

/** A RequestAuthentication, as far as the pods it is meant for go. */
export interface RequestAuthenticationModel {
  readonly object: ObjectRef
  readonly selector?: Labels
  /** As with an AuthorizationPolicy. */
  readonly targets: readonly string[]
}

/** A ServiceEntry, as far as names, addresses and ports go. */
export interface ServiceEntryModel {
  readonly object: ObjectRef
  readonly hosts: readonly string[]
  /** Those written in it; the ones istiod hands out are only good for clients whose DNS the mesh answers. */
  readonly addresses: readonly string[]
  readonly resolution: string
  readonly exportTo: readonly string[]
  /** Pods it stands for, when it selects any. */
  readonly selector?: Labels
  readonly ports: readonly {readonly port: number; readonly protocol: string; readonly path: string}[]
}

/** An EnvoyFilter, as far as one looks for what it adds. */
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
