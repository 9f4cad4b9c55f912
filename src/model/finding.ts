import type {Gap} from './evidence/answer.js'
import type {EvidenceUse} from './evidence/provenance.js'
import type {ObjectRef} from './kube/pod.js'

export type Severity = 'error' | 'warning' | 'info'

/** Worst first. */
export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info']

/** True when `severity` is at least as bad as `threshold`. */
export function atLeast(severity: Severity, threshold: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(threshold)
}

/** What a finding rests on: a field, a line of a log, a socket, a rule of the kernel. */
export interface Proof {
  readonly from: string
  readonly text: string
  /** True if expected rather than observed: it follows from the rest of the evidence. */
  readonly expected?: true
}

/** One operation of a JSON patch (RFC 6902) against the object a person edits; `test` makes sure that it is still the object that was seen. */
export interface PatchStep {
  readonly op: 'add' | 'replace' | 'remove' | 'test'
  readonly path: string
  readonly value?: unknown
}

/** Something that is wrong: what, where, why it matters, what to do, and what says so. */
export interface Finding {
  readonly code: string
  readonly rule: string
  readonly severity: Severity
  readonly title: string
  /** The object to change. */
  readonly object: ObjectRef
  readonly workload: ObjectRef
  /** Pods that have it; empty when it was found in a manifest. */
  readonly pods: readonly string[]
  /** Where in the object; absent when nothing in it is to be changed. */
  readonly path?: string
  /** The container that path leads into, by name: in a running pod its number may not be that of the template. */
  readonly container?: string
  /** Where it was written, when it was found in a file. */
  readonly place?: {readonly file: string; readonly line: number; readonly column: number}
  readonly message: string
  readonly why: string
  readonly fix: string
  readonly proof: readonly Proof[]
  /** The evidence the finding rests on: how and when it was obtained, and what it shows. */
  readonly provenance: readonly EvidenceUse[]
  readonly patch?: readonly PatchStep[]
  /** Set when an annotation or the baseline accepts it. */
  readonly accepted?: string
}

/** A rule that could not be asked about a workload, and why. */
export interface NotChecked {
  readonly code: string
  readonly rule: string
  readonly workload: ObjectRef
  readonly pods: readonly string[]
  readonly gap: Gap
}
