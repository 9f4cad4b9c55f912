/** A container as `kubectl describe pod` prints it. */
export interface DescribedContainer {
  readonly name: string
  readonly init: boolean
  readonly image: string
  readonly command: readonly string[]
  readonly args: readonly string[]
  /** Variables with their values; one from a Secret, ConfigMap or field is not among them. */
  readonly variables: Readonly<Record<string, string>>
  readonly state: string
  readonly reason: string
  readonly lastReason: string
  readonly lastExitCode?: number
  readonly lastMessage: string
  readonly ready: boolean
  readonly restarts: number
}

/** A pod as `kubectl describe pod` prints it. What it leaves out (securityContext, most of the environment) is not known. */
export interface DescribedPod {
  readonly name: string
  readonly namespace: string
  readonly status: string
  readonly containers: readonly DescribedContainer[]
}
