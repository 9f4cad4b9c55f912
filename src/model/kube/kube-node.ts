/** A node of the cluster, as far as rules ask. */
export interface NodeModel {
  readonly name: string
  /** `v1.34.4` and the like; absent when the node has not reported. */
  readonly kubelet?: string
  /** Why it is not ready, in the words of its condition; absent while it is. */
  readonly notReady?: string
}
