/** Where an answer comes from: asked for now, replayed from a recording made earlier, or read from files given by hand. */
export type ProvenanceSource = 'live' | 'recorded' | 'given'

/**
 * What a piece of evidence shows: the state when it was read, what was set when the pod started (and may have changed since), what happened
 * before, or what was declared as a Kubernetes object.
 */
export type Shows = 'state' | 'set-at-start' | 'history' | 'declared'

/** One kind of evidence that an answer rests on. */
export interface EvidenceUse {
  /** Its id in the evidence catalogue (`net.sockets`), `objects/KIND`, `permissions`, or `snapshots`. */
  readonly evidence: string
  readonly source: ProvenanceSource
  /** How it was obtained: Envoy's admin port, a command, a container's log, istiod's debug port, a port of ztunnel, the API server, a file; `computed` by meshctl. */
  readonly via: 'admin' | 'exec' | 'log' | 'istiod' | 'ztunnel' | 'api' | 'file' | 'computed'
  readonly shows: Shows
  /** The command, path, replica or file it came from. */
  readonly from?: string
  /** Which of several sources answered, when an answer compares them. */
  readonly of?: string
  /** When it was observed (RFC 3339), the earliest time when it was read for several pods; absent when that is unknown. */
  readonly observedAt?: string
  /** The latest time, when it was read for several pods at different times. */
  readonly observedUntil?: string
}

/** What an answer rests on: every report carries it, so that no verdict stands without its evidence. */
export interface ReportProvenance {
  /** True when asking again gives the state of that moment. */
  readonly live: boolean
  /** True when what is absent does not exist; false when the answer is about files given by hand, which may be excerpts. */
  readonly complete: boolean
  readonly evidence: readonly EvidenceUse[]
}

/** The provenance of answers that rest on what meshctl itself knows: rules, codes, words. */
export const BUILT_IN: ReportProvenance = {live: false, complete: true, evidence: []}

/** The provenance of an answer that rests on several sources; each entry says which. */
export function combined(parts: readonly (readonly [label: string, provenance: ReportProvenance])[]): ReportProvenance {
  return {
    live: parts.length > 0 && parts.every(([, each]) => each.live),
    complete: parts.every(([, each]) => each.complete),
    evidence: parts.flatMap(([of, {evidence}]) => evidence.map(use => ({...use, of}))),
  }
}
