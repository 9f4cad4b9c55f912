import type {PodRef} from '../kube/kube-object.js'
import type {LogWriter} from '../vocabulary/log-messages/message.js'

/** Which of the known layouts an access-log line has. */
export type AccessLogForm = 'text' | 'json' | 'ztunnel' | 'fragment'

/** A line of an access log; `-` and empty fields are absent. */
export interface AccessLogEntry {
  readonly kind: 'access'
  readonly form: AccessLogForm
  readonly time?: string
  /** `METHOD PATH PROTOCOL`; absent for TCP. */
  readonly request?: string
  readonly tcp: boolean
  /** Set when the line ends before the fields that its format has: what they say is unknown. */
  readonly cut?: true
  readonly code?: string
  readonly flags: readonly string[]
  readonly details?: string
  readonly termination?: string
  /** The upstream transport failure reason, or the error of ztunnel. */
  readonly failure?: string
  /** Milliseconds. */
  readonly duration?: number
  readonly authority?: string
  /** The x-request-id, which both sides of a request write. */
  readonly requestId?: string
  readonly upstreamHost?: string
  readonly cluster?: string
  readonly localAddress?: string
  readonly remoteAddress?: string
  readonly sni?: string
  readonly route?: string
  /** Of ztunnel: inbound or outbound, and both ends. */
  readonly direction?: string
  readonly source?: string
  readonly destination?: string
  readonly service?: string
  readonly sourcePod?: PodRef
  readonly destinationPod?: PodRef
}

/** A line of a component's log or a Kubernetes event. */
export interface MessageLine {
  readonly kind: 'message'
  readonly time?: string
  readonly level?: string
  readonly scope?: string
  readonly writer?: LogWriter
  readonly message: string
}

/** An entry of a log of requests that no proxy of the mesh wrote: a load balancer in front of it, or Mixer. */
export interface ForeignAccess {
  readonly kind: 'foreign'
  readonly by: 'load balancer' | 'Mixer'
  /** The status the client got. */
  readonly code: string
  readonly request?: string
  readonly host?: string
  readonly target?: string
  /** The status the target gave; absent when it gave none. */
  readonly targetCode?: string
  /** False when the request was sent to no target. */
  readonly dispatched?: boolean
  readonly seconds?: number
  readonly flags?: string
}

export type LogLine = AccessLogEntry | ForeignAccess | MessageLine
