/** What can be wrong between a proxy and the control plane, and whether it counts as a finding of the run (exit code 1). */
export const SYNC_PROBLEMS = {
  rejected: {failing: true, title: 'rejects its configuration'},
  stale: {failing: true, title: 'has not accepted the latest configuration'},
  unsubscribed: {failing: true, title: 'is not subscribed to what every proxy needs'},
  disconnected: {failing: true, title: 'has lost its istiod and runs on old configuration'},
  'never-connected': {failing: true, title: 'has never been connected to an istiod'},
  unknown: {failing: true, title: 'has a sidecar that no istiod knows'},
  'no-sidecar': {failing: false, title: 'has no sidecar in a namespace with injection'},
  'version-skew': {failing: false, title: 'runs a version its istiod does not support'},
} as const satisfies Record<string, {readonly failing: boolean; readonly title: string}>

export type SyncProblemKind = keyof typeof SYNC_PROBLEMS

/** One thing wrong with one proxy, with what it is about and what to do. */
export interface SyncProblem {
  readonly kind: SyncProblemKind
  /** `pod.namespace`. */
  readonly proxy: string
  /** CDS, LDS, …; absent when the whole connection is concerned. */
  readonly types: readonly string[]
  readonly reason: string
  /** What is so for this proxy alone, such as which configuration it runs instead. */
  readonly note?: string
  readonly resource?: string
  /** The Istio object behind it, as far as it is known: `EnvoyFilter broken.demo`, or only the kind. */
  readonly object?: string
  readonly because?: string
  /** RFC 3339: when the state began, as far as it is known. */
  readonly since?: string
  readonly advice?: string
  /** Lines of a log that say so. */
  readonly evidence?: readonly string[]
}
