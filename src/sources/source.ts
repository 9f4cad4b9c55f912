import type {Duplex} from 'node:stream'
import type {Answer, Gap} from '../model/evidence/answer.js'
import type {Artifact, EvidenceId, EvidenceQuery} from '../model/evidence/evidence.js'
import type {PastedTable, TableKind} from '../model/evidence/pasted-table.js'
import type {PatchStep} from '../model/finding.js'
import type {KubeObject, PodRef} from '../model/kube/kube-object.js'
import type {KubePermission, Ruling} from '../model/kube/permission.js'
import type {ObjectRef} from '../model/kube/pod.js'
import type {Requirement} from '../model/kube/selector.js'
import type {Changes} from './changes.js'

/** Where answers come from, as shown to people, and when they were true. What follows from the kind is in `SourceTraits`. */
export interface Origin {
  readonly kind: 'cluster' | 'bundle' | 'files' | 'netns' | 'docker' | 'podman' | 'ssh' | 'sample' | 'memory'
  readonly label: string
  readonly capturedAt?: string
}

/** What a question may assume about a source, whatever its kind. */
export interface SourceTraits {
  /** True when asking again gives the state of that moment; false for a record of one moment. */
  readonly live: boolean
  /** True when an object or line that is absent does not exist; false for files given by hand, which may be excerpts. */
  readonly complete: boolean
}

/** A line of a file the user gave, counted from 1. */
export interface FilePlace {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Steps of a patch for one object. */
export interface ObjectSteps {
  readonly object: ObjectRef
  readonly steps: readonly PatchStep[]
}

/** A document of a file the user gave, corrected, and which objects in it were. */
export interface CorrectedText {
  readonly file: string
  readonly line: number
  readonly text: string
  readonly objects: readonly ObjectRef[]
}

/** Which objects are wanted; `namespace` absent means every namespace. */
export interface ObjectQuery {
  readonly kind: string
  readonly namespace?: string
  readonly name?: string
  /** Labels the objects must have; a source may answer with more, never with less. */
  readonly labels?: readonly Requirement[]
}

/** A part of a list, as it arrives: what was read of each object, never the objects themselves. */
export interface Page<T> {
  readonly items: readonly T[]
  /** True for the first page, and again if an expired list was restarted: earlier pages are then discarded. */
  readonly begins: boolean
  /** True when the list expired on the way and went on from a later moment: what was made meanwhile may be missing. */
  readonly later: boolean
  /** How many objects are still to come, where the server says so. */
  readonly remaining?: number
}

/** Files of manifests beside the objects in them: what could not be read, where a field is written, and corrections. */
export interface Manifests {
  /** Every object in them that has a kind and a name, whatever its fields are. */
  objects(): Promise<readonly KubeObject[]>
  /** Where a field of one of those objects is written. */
  placeOf(object: KubeObject, path: string | undefined): Promise<FilePlace | undefined>
  /** Parts of the input that could not be read while the rest could. */
  damaged(): Promise<readonly Gap[]>
  /** The files beside them that hold something else, and what that is: evidence of a pod. */
  readonly beside: readonly {readonly file: string; readonly holds: string}[]
  /** Objects that seem to create pods in a way meshctl does not know, so they are skipped. */
  skipped(): Promise<readonly Gap[]>
  /** Where a field of an object is written. */
  place(object: ObjectRef, path: string | undefined): Promise<FilePlace | undefined>
  /** The documents that hold these objects, with the steps applied. */
  corrected(corrections: readonly ObjectSteps[]): Promise<readonly CorrectedText[]>
}

/** What happened to an object of a watched list. */
export interface WatchedChange {
  readonly type: 'added' | 'changed' | 'deleted'
  readonly object: KubeObject
}

/** What a source that watches its lists reports. */
export interface WatchEvents {
  changed(change: WatchedChange): void
  /** A watch was lost; it is opened again by itself. */
  lost(kind: string, why: string): void
}

/**
 * The seam between questions and answers: every report works on every source that holds its evidence.
 * Absence is a gap with a reason, never an exception; `close` releases everything that was opened.
 */
export interface Source {
  readonly origin: Origin
  readonly traits: SourceTraits
  /** The namespace meant when none is named. */
  readonly defaultNamespace: string
  /** The one proxy this source is about, when it holds no Kubernetes objects (a file, a network namespace). */
  readonly impliedSubject?: PodRef
  /** What this source holds, for the error about evidence that is missing; absent where any evidence can be asked for. */
  offers?(): readonly string[]
  /** The kinds of objects this source is known to hold, in the versions it holds them; absent when it cannot say beforehand. */
  kinds?(): readonly {readonly kind: string; readonly apiVersion: string; readonly namespaced?: boolean}[]
  objects(query: ObjectQuery): Promise<Answer<readonly KubeObject[]>>
  /**
   * The same in pages, for lists too large to hold; absent where all objects are available anyway (`objectPages` asks either way).
   * A gap ends the list and voids what came before it. Who asks for the next page is done with the objects of the last.
   */
  pages?<T>(query: ObjectQuery, read: (object: KubeObject) => T): AsyncIterable<Answer<Page<T>>>
  evidence(id: EvidenceId, subject: PodRef, query?: EvidenceQuery): Promise<Answer<Artifact>>
  /** Tables of istioctl among what was given; only files have any. */
  tables?(kind: TableKind): readonly PastedTable[]
  /** Notices about how the input was read, such as ignored lines. */
  readonly remarks?: readonly string[]
  /** What is known about the files the objects come from; absent where objects do not come from files. */
  readonly manifests?: Manifests
  /** What its user may do there; absent where nothing is ever refused. */
  rulings?(permissions: readonly KubePermission[]): Promise<readonly Ruling[]>
  /** A byte stream to a port of a pod; a live cluster alone has any. It fails with what the pod or the API server refused. */
  forward?(subject: PodRef, port: number): Duplex
  /**
   * The same source with lists that stay current: a list asked for once is watched from then on, and asked of memory. A live cluster alone has it;
   * closing what it returns ends the watches and leaves the source open.
   */
  watching?(events: WatchEvents): Source
  /** What may be changed there, each only by an explicit wish; a live cluster alone has any. */
  readonly changes?: Changes
  close(): Promise<void>
}
