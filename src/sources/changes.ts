import type {Answer} from '../model/evidence/answer.js'
import type {Artifact} from '../model/evidence/evidence.js'
import type {PodRef} from '../model/kube/kube-object.js'

/** The container that `addDebugContainer` added, and its image. */
export interface DebugContainer {
  readonly name: string
  readonly image: string
  /** True when it was running already. */
  readonly reused?: true
}

/** A program that sent a request from a container, and what it printed. */
export interface SentRequest {
  readonly container: string
  readonly argv: readonly string[]
  readonly exitCode: number
  readonly stdout: Uint8Array
  readonly stderr: string
}

/** A Lease that one of several equal programs holds, and who asks for it. */
export interface LeaseRef {
  readonly namespace: string
  readonly name: string
  readonly identity: string
  /** How long it lasts without being renewed. */
  readonly seconds: number
}

/** Leader election by a Lease. */
export interface Lease {
  /** Takes or renews it; false while another holds it. */
  hold(): Promise<Answer<boolean>>
  /** Gives it up, so that another need not wait. */
  release(): Promise<void>
}

/** The changes meshctl can make, each only on an explicit flag; only a live cluster supports them. */
export interface Changes {
  /** Sets the level of one Envoy logger, or of all if none is named; returns the resulting levels. */
  setLogLevel(subject: PodRef, level: string, logger?: string): Promise<Answer<Artifact>>
  /**
   * Sends a request by the first of several programs that exists in a container of the application; `announce` hears of each before it is run.
   */
  sendRequest(
    subject: PodRef,
    tries: readonly (readonly string[])[],
    announce: (container: string, argv: readonly string[]) => Promise<void>,
  ): Promise<Answer<SentRequest>>
  /** Sets ztunnel's log levels (`info`, `access=debug,info`), added to earlier settings unless they are reset; returns what ztunnel says then. */
  setZtunnelLogLevel(subject: PodRef, directives: string, reset: boolean): Promise<Answer<Artifact>>
  /**
   * Adds an ephemeral container with NET_ADMIN that exits by itself, and waits until it is running; commands are then tried in it first.
   * One of an earlier run that still runs is used again.
   * Kubernetes never removes its entry from the pod. Without an image the proxy's image is used, which the node already has.
   */
  addDebugContainer(
    subject: PodRef,
    image: string | undefined,
    announce: (planned: DebugContainer) => Promise<void>,
  ): Promise<Answer<DebugContainer>>
  /** Makes or replaces the PolicyReport named meshctl of a namespace. */
  applyPolicyReport(namespace: string, report: object): Promise<Answer<true>>
  /** Makes an Event; one of the same name stays unchanged. */
  createEvent(namespace: string, event: object): Promise<Answer<true>>
  /** A Lease for leader election; nothing is written before it is held. */
  lease(ref: LeaseRef): Lease
}
