import type {ObjectRef} from './pod.js'

/** What a controller, the scheduler or the kubelet reported about an object. */
export interface KubeEvent {
  readonly about: ObjectRef
  readonly warning: boolean
  /** One word: `FailedCreate`, `FailedCreatePodSandBox`. */
  readonly reason: string
  readonly message: string
  /** How often it was reported. */
  readonly count: number
  /** The container of the pod it is about, where it says so. */
  readonly container?: string
}
