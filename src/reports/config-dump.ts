import {textOf} from '../formats/decode.js'
import {type ConfigDump, parseSections, section} from '../formats/envoy-config-dump/parse.js'
import {type PendingSection, pendingResources} from '../formats/envoy-config-dump/pending.js'
import {type ResourceSection, unreadableEntries} from '../formats/envoy-config-dump/resources.js'
import {CUT_MARK} from '../formats/pasted/envoy-pieces.js'
import {pendingSentence} from '../model/envoy/pending-resource.js'
import {missing} from '../model/evidence/answer.js'
import type {Artifact} from '../model/evidence/evidence.js'
import {UserError} from '../model/evidence/user-error.js'
import type {PodRef} from '../model/kube/kube-object.js'
import {humanCount} from '../model/text/human-count.js'
import type {Source} from '../sources/source.js'
import {required} from './report.js'

const ID = 'envoy.config_dump'

/** A pod's configuration as it arrived, and parsed. */
export interface LoadedDump {
  readonly artifact: Artifact
  readonly dump: ConfigDump
}

/** The sections of a config_dump a question may ask for: the names sources know, and those in Envoy's types. */
const SECTIONS = {
  bootstrap: 'Bootstrap',
  clusters: 'Clusters',
  listeners: 'Listeners',
  routes: 'Routes',
  endpoints: 'Endpoints',
  secrets: 'Secrets',
  ecds: 'Ecds',
} as const

export type DumpSection = keyof typeof SECTIONS

/**
 * The config_dump of a pod with the sections asked for, at least; without it there is no answer. With `names`, a source
 * may leave out resources whose name holds none of these texts.
 */
export async function loadDump(
  source: Source,
  subject: PodRef,
  sections: readonly DumpSection[],
  names: readonly string[] = [],
): Promise<LoadedDump> {
  const artifact = required(await source.evidence(ID, subject, {sections, names}), source, ID)
  const wanted = sections.map(name => SECTIONS[name])
  return {artifact, dump: required(parseSections(artifact, wanted), source, ID)}
}

/** A section the question is about: a dump without it has no answer. */
export function requiredSection(dump: ConfigDump, name: string, source: Source): unknown {
  const found = section(dump, name)
  return required(found.ok ? found : (cutBefore(dump, name) ?? found), source, ID)
}

/** Why a section is missing from a text that ends early: it may stand in the part that is gone. */
function cutBefore(dump: ConfigDump, name: string): ReturnType<typeof missing> | undefined {
  const cut = [...dump.sections.values()].map(each => textOf(each, CUT_MARK)).find(each => each !== undefined)
  if (cut === undefined) return undefined
  return missing(`${name.toLowerCase()} section`, 'truncated', `it may be in the part that is missing: ${cut}`)
}

/** A remark on entries of sections that are among resources but are not resources: they have no row. */
export function unreadNotes(name: ResourceSection, sections: readonly unknown[]): readonly string[] {
  const count = sections.reduce<number>((sum, each) => sum + unreadableEntries(each, name), 0)
  if (count === 0) return []
  return [`${humanCount(count, 'entry', 'entries')} of the ${name.toLowerCase()} section could not be read`]
}

/** Resources of one state named one by one in a remark; of more only their number. */
const MAX_PENDING = 20

/** Remarks on resources that Envoy has and does not use: rejected, warming, draining. A draining one with a successor gets no remark. */
export function pendingNotes(name: PendingSection, section: unknown): readonly string[] {
  const pending = pendingResources(section, name)
  const shown = pending.slice(0, MAX_PENDING).map(pendingSentence)
  return pending.length > MAX_PENDING
    ? [...shown, `and ${pending.length - MAX_PENDING} more that are not in use`]
    : shown
}

/** The error of a section without a single resource: empty, or with nothing in it that can be read. */
export function noneIn(name: ResourceSection, section: unknown): UserError {
  const [unread] = unreadNotes(name, [section])
  const cut = textOf(section, CUT_MARK)
  return new UserError(`no ${name.toLowerCase()} found`, {
    hint:
      cut !== undefined
        ? `The text is cut: they may be in the part that is missing (${cut}).`
        : unread === undefined
          ? 'The section of the dump is empty.'
          : `${unread}.`,
  })
}

/** A remark when a filter leaves nothing of what was there; a source that filters by itself tells no total. */
export function nothingLeft(kept: number, all: number, what: string): readonly string[] {
  if (kept > 0) return []
  return [all === 0 ? `no ${what} match` : `0 of ${all} ${what} match`]
}
