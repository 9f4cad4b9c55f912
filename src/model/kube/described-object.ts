/** A row of the table Conditions that `kubectl describe` prints; without a reason where that column is absent. */
export interface DescribedCondition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
}

/** A row of the table Events that `kubectl describe` prints. */
export interface DescribedEvent {
  readonly warning: boolean
  readonly reason: string
  readonly message: string
}

/** The kinds whose description meshctl reads. */
export type DescribedKind = 'Service' | 'Workload' | 'Job' | 'HorizontalPodAutoscaler'

/** An object as `kubectl describe` prints it. */
export interface DescribedObject {
  readonly kind: DescribedKind
  readonly name: string
  readonly namespace: string
  /** The fields at the left margin; of repeated ones the last. */
  readonly fields: ReadonlyMap<string, string>
  readonly conditions: readonly DescribedCondition[]
  readonly events: readonly DescribedEvent[]
}
