/** The kinds of sync problem of a proxy, and whether they count as a finding of the run (exit code 1). */
export const SYNC_PROBLEMS = {
  rejected: {failing: true, title: 'rejected its config'},
  stale: {failing: true, title: 'has not acknowledged the latest config'},
  unsubscribed: {failing: true, title: 'is not subscribed to a type every proxy needs'},
  disconnected: {failing: true, title: 'is disconnected from istiod and runs old config'},
  'never-connected': {failing: true, title: 'has never connected to istiod'},
  unknown: {failing: true, title: 'has a sidecar that is not connected to any istiod'},
  'no-sidecar': {failing: false, title: 'has no sidecar although the namespace has injection enabled'},
  'version-skew': {failing: false, title: 'runs a version its istiod does not support'},
} as const satisfies Record<string, {readonly failing: boolean; readonly title: string}>

export type SyncProblemKind = keyof typeof SYNC_PROBLEMS

/** One sync problem of one proxy, with the affected resource and a fix. */
export interface SyncProblem {
  readonly kind: SyncProblemKind
  /** `pod.namespace`. */
  readonly proxy: string
  /** CDS, LDS, …; empty if the whole connection is affected. */
  readonly types: readonly string[]
  readonly reason: string
  /** A detail of this proxy alone, such as the config it is still running. */
  readonly note?: string
  readonly resource?: string
  /** The Istio object that causes it, if known: `EnvoyFilter broken.demo`, or only the kind. */
  readonly object?: string
  readonly because?: string
  /** RFC 3339: when the state began, if known. */
  readonly since?: string
  /** Set where `since` is a bound of the duration rather than the time itself. */
  readonly sinceIs?: 'at most' | 'at least'
  readonly advice?: string
  /** Log lines that show it. */
  readonly evidence?: readonly string[]
}
