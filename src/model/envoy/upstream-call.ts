import type {IpPort} from './request.js'
import type {UpstreamTls} from './tls.js'

/** How one try to reach an endpoint ends. Times are milliseconds after the try began. */
export type Attempt =
  | {readonly kind: 'answer'; readonly status: number; readonly after: number}
  | {readonly kind: 'failure'; readonly failure: Failure; readonly after: number}
  | {readonly kind: 'silence'}
  | {readonly kind: 'unknown'}

/** Why a connection or a request failed: the flag, the status the client gets, and the reason in Envoy's details. */
export interface Failure {
  readonly flag: string
  readonly status: number
  readonly reason: string
  /** What retry policies call it. */
  readonly type: 'connect' | 'reset' | 'overflow'
}

/** The head of a request as Envoy passes it on. */
export interface PassedHead {
  readonly method: string
  readonly path: string
  /** In order, `host` among them. */
  readonly headers: readonly (readonly [string, string])[]
}

/** What Envoy sends to one endpoint of a cluster. */
export interface UpstreamCall {
  readonly cluster: string
  /** The control plane named the endpoint (EDS): it belongs to the mesh. */
  readonly byControlPlane: boolean
  readonly address: IpPort
  /** The address Envoy binds its end to (upstream_bind_config); undefined for any. */
  readonly from: string | undefined
  /** The connection is tunnelled: mTLS and HBONE around it are those of the proxy. */
  readonly hbone: boolean
  /** Undefined for plaintext. */
  readonly tls: UpstreamTls | undefined
  readonly http2: boolean
  /** The TLS of the client ended here: what is passed on is what was inside. */
  readonly terminated: boolean
  /** Undefined for a connection of the TCP proxy: its bytes are those of the client. */
  readonly head: PassedHead | undefined
}
