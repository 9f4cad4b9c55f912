import {WireFailure} from './wire-failure.js'

export interface PodPort {
  readonly namespace: string
  readonly pod: string
  readonly port: number
}

/** Events from a carrier to the stream it carries. */
export interface CarrierEvents {
  /** Bytes from the pod; false asks the carrier to stop reading until `resume`. */
  data(bytes: Buffer): boolean
  /** The pod closed its connection. */
  end(): void
  fail(failure: WireFailure): void
}

/** One connection into a pod, whichever protocol carries it. */
export interface Carrier {
  resume(): void
  write(bytes: Buffer, done: (error?: Error | null) => void): void
  close(): void
}

/** The API path of a forward; a channel WebSocket names its ports in the query, SPDY in each stream. */
export function forwardPath(target: PodPort): string {
  return `/api/v1/namespaces/${encodeURIComponent(target.namespace)}/pods/${encodeURIComponent(target.pod)}/portforward`
}

/** The error of the pod's side: containerd, CRI-O and the kubelet word it differently, `connection refused` is common to all. */
export function refusedInPod(complaint: string, target: PodPort): WireFailure {
  if (/connection refused/.test(complaint)) {
    return new WireFailure(
      'port-closed',
      `nothing is listening on port ${target.port} of ${target.pod}.${target.namespace}`,
    )
  }
  const kind = /network namespace .*closed|sandbox .*not running|not found/.test(complaint) ? 'not-running' : 'lost'
  return new WireFailure(kind, complaint.replace(/\s+/g, ' ').slice(0, 500))
}
