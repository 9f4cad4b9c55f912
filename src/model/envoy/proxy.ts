import type {Cluster, ClusterLoadAssignment} from './cluster.js'
import type {ScopedRouteConfiguration} from './http.js'
import type {Listener} from './listener.js'
import type {IpPort} from './request.js'
import type {RouteConfiguration} from './route.js'
import type {Json, Packed} from './schema.js'
import type {Attempt, UpstreamCall} from './upstream-call.js'

/** A listener as far as choosing one needs it; the rest is read when asked for. */
export interface ListenerEntry {
  readonly name: string
  readonly addresses: readonly IpPort[]
  /** Has a socket of its own. */
  readonly bound: boolean
  readonly read: () => Listener | undefined
}

/** One Envoy's configuration, read from its config_dump where and when it is needed. */
export interface EnvoyProxy {
  readonly listeners: readonly ListenerEntry[]
  readonly routeConfiguration: (name: string) => RouteConfiguration | undefined
  readonly routeNames: () => readonly string[]
  /** Scopes of routes that SRDS delivered, by the name of their set; undefined where none are read. */
  readonly scopedRoutes?: ((name: string) => readonly ScopedRouteConfiguration[]) | undefined
  readonly cluster: (name: string) => Cluster | undefined
  readonly clusterNames: () => readonly string[]
  /** The configuration of a filter that ECDS delivered, by the name of the filter. */
  readonly filterConfig: (name: string) => Packed | undefined
  /** Endpoints by cluster name; undefined when the dump was taken without them. */
  readonly endpoints: (cluster: string) => ClusterLoadAssignment | undefined
  /** Endpoints Envoy itself knew, by cluster name, where its clusters page was read: what DNS answered, and health. */
  readonly liveHosts?: ((cluster: string) => readonly LiveHost[] | undefined) | undefined
  /** The addresses DNS gives for a name, as far as that is known without asking; undefined where it is not. */
  readonly resolve?: ((name: string) => readonly string[] | undefined) | undefined
  /** Values of the static runtime layers, by dotted key. */
  readonly runtime: ReadonlyMap<string, Json>
  /** A runtime layer the dump does not hold, if there is one. */
  readonly runtimeGap: string | undefined
  /** The address of the pod, which Istio writes into the id of the node; undefined when it does not say. */
  readonly address: string | undefined
  /** When the newest part of the configuration was taken, in milliseconds since 1970; undefined when no part says. */
  readonly updatedAt: number | undefined
}

/** An endpoint on Envoy's clusters page. */
export interface LiveHost {
  readonly address: IpPort
  readonly hostname: string
  /** Fails a health check, or outlier detection has ejected it. */
  readonly failing: boolean
}

/** What a server behind Envoy does with a connection. */
export interface UpstreamServer {
  readonly connect: 'accepts' | 'refuses' | 'drops'
  /** The certificate it shows; undefined for plaintext. */
  readonly tls:
    | {
        readonly uriSans: readonly string[]
        readonly dnsSans: readonly string[]
        readonly trusted: boolean
        readonly expired: boolean
        readonly demandsCertificate: boolean
      }
    | undefined
  readonly answer:
    | {readonly kind: 'http'; readonly status: number; readonly afterMs: number}
    | {readonly kind: 'closes-at-once' | 'closes-after-request' | 'resets-after-request' | 'not-http' | 'silent'}
}

export type Draw = (what: string, shares: readonly number[]) => number

/** What a dump cannot hold: the servers behind the proxy, and the time. */
export interface Surroundings {
  /** Undefined when nothing is known about the server there. */
  readonly upstream: (address: IpPort) => UpstreamServer | undefined
  /** Tells how a call to an endpoint ends, in place of `upstream`; undefined when that is not known. */
  readonly send?: (call: UpstreamCall) => Attempt | undefined
  /**
   * Picks one of several things that can happen, by its index: `shares` are their weights. Where this is absent, an
   * answer that depends on the pick is undecided.
   */
  readonly draw?: Draw
  /** Milliseconds since 1970. */
  readonly now: number
  /** How long the client waits for an answer, in milliseconds. */
  readonly patience: number
}
