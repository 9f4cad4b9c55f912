import type {ObjectCache} from '../../../evidence/mesh-objects/object-cache.js'
import {type Ledger, noted, objectsUse, openLedger} from '../../../evidence/provenance.js'
import {MESH_OBJECTS} from '../../../formats/kube/mesh-objects.js'
import type {Answer} from '../../../model/evidence/answer.js'
import type {EvidenceUse} from '../../../model/evidence/provenance.js'
import type {FactName} from '../../../rules/facts.js'
import type {Source} from '../../../sources/source.js'
import type {CheckRun} from './context.js'

/** The provenance of each fact of one workload. */
export interface FactProvenance {
  /** The run as passed to the fetcher of a fact: its reads are recorded under the fact's name. */
  watched(run: CheckRun, name: FactName): CheckRun
  /** Records that a fact was derived from another. */
  restsOn(name: FactName, other: FactName): void
  /** The provenance of the named facts, including the facts they were derived from. */
  of(names: readonly FactName[]): readonly EvidenceUse[]
}

/** Lists are shared by the run, so they are recorded when a fact uses them, not when they are read. */
function watchedObjects(objects: ObjectCache, source: Source, ledger: Ledger): ObjectCache {
  const note = async <T>(kind: string, answer: Promise<Answer<T>>): Promise<Answer<T>> => {
    const found = await answer
    if (found.ok) ledger.add(objectsUse(source, kind))
    return found
  }
  const {settings} = objects
  return {
    list: (name, namespace) => note(MESH_OBJECTS[name].kind, objects.list(name, namespace)),
    namespace: name => note('Namespace', objects.namespace(name)),
    namedPorts: (service, templates) => note('Pod', objects.namedPorts(service, templates)),
    settings: {
      injectors: () => note('ConfigMap', settings.injectors()),
      mesh: () => note('ConfigMap', settings.mesh()),
      cni: () => note('ConfigMap', settings.cni()),
    },
  }
}

/** An empty record for the facts of one workload. */
export function factProvenance(): FactProvenance {
  const ledgers = new Map<FactName, Ledger>()
  const parts = new Map<FactName, Set<FactName>>()

  function gather(name: FactName, into: Ledger, seen: Set<FactName>): void {
    if (seen.has(name)) return
    seen.add(name)
    for (const use of ledgers.get(name)?.uses() ?? []) into.add(use)
    for (const part of parts.get(name) ?? []) gather(part, into, seen)
  }

  return {
    watched(run, name) {
      const ledger = openLedger()
      ledgers.set(name, ledger)
      return {
        ...run,
        source: noted(run.source, ledger),
        objects: watchedObjects(run.objects, run.source, ledger),
        istiods: async () => {
          const answers = await run.istiods()
          const {live, complete} = run.source.traits
          const at = live ? run.at.toISOString() : run.source.origin.capturedAt
          if (answers.ok)
            ledger.add({
              evidence: 'istiod.syncz',
              source: live ? 'live' : complete ? 'recorded' : 'given',
              via: 'istiod',
              shows: 'state',
              observedAt: at,
            })
          return answers
        },
      }
    },
    restsOn(name, other) {
      parts.set(name, (parts.get(name) ?? new Set()).add(other))
    },
    of(names) {
      const all = openLedger()
      const seen = new Set<FactName>()
      for (const name of names) gather(name, all, seen)
      return all.uses()
    },
  }
}
