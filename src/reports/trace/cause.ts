import type {ObjectRef} from '../../model/kube/pod.js'

/** The object and field that made a request fail, and what to change. */
export interface PathCause {
  readonly object?: ObjectRef
  readonly field?: string
  readonly fix: string
}
