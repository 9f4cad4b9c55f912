import type {Answer} from '../model/answer.js'
import type {Artifact} from '../model/evidence.js'
import type {PodRef} from '../model/kube-object.js'

/** What `addDebugContainer` added, and in which image. */
export interface DebugContainer {
  readonly name: string
  readonly image: string
}

/** The few things a live cluster lets its user change, each only by an explicit wish; no other kind of source has any. */
export interface Changes {
  /** Sets the level of one of Envoy's loggers, or of all when none is named; answers with the levels as they are then. */
  setLogLevel(subject: PodRef, level: string, logger?: string): Promise<Answer<Artifact>>
  /**
   * Adds an ephemeral container with NET_ADMIN that ends by itself, and waits until it runs; commands are then tried in it first.
   * Kubernetes never removes its entry from the pod. Without an image it is the proxy's own, which the node already has.
   */
  addDebugContainer(
    subject: PodRef,
    image: string | undefined,
    announce: (planned: DebugContainer) => Promise<void>,
  ): Promise<Answer<DebugContainer>>
}
