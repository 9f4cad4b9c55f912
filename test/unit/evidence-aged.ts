import {beforeAll, expect, test} from '@jest/globals'
import {EVIDENCE_IDS, type EvidenceId, evidenceRow} from '../../src/model/evidence/evidence.js'
import {UserError} from '../../src/model/evidence/user-error.js'
import type {PodRef} from '../../src/model/kube/kube-object.js'
import type {Source} from '../../src/sources/source.js'
import {resolveSubject} from '../../src/sources/subject.js'
import {withParts} from '../loop/loop-parts.js'
import {corpusShare} from '../support/oracle-size.js'
import {MESH_QUESTIONS, QUESTIONS, WHOLE_QUESTIONS} from '../support/questions.js'
import {sampleSource} from '../support/served.js'

const OLDER = '2026-11-20T16:00:00.000Z'
/** What a foreign page is called in an answer. */
const FOREIGN = 'it is that of '

type Ask = (source: Source) => Promise<object>

/** What only passes evidence on: each piece keeps its own time and its pod's name in the bundle, and the questions asked of it find out. */
const PASSED_ON = new Set(['capture'])

let source: Source
let pod: PodRef
let other: PodRef
beforeAll(async () => {
  source = withParts(await sampleSource())
  pod = (await resolveSubject(source, {name: 'deploy/productpage-v1', namespace: 'demo'})).pod
  other = (await resolveSubject(source, {name: 'deploy/reviews-v2', namespace: 'demo'})).pod
})

const ASKS: readonly (readonly [string, (pod: PodRef) => Ask])[] = [
  ...Object.entries(QUESTIONS).map(([name, ask]) => [name, (of: PodRef) => (from: Source) => ask(from, of)] as const),
  ...Object.entries({...MESH_QUESTIONS, ...WHOLE_QUESTIONS}).map(([name, ask]) => [name, () => ask] as const),
]

/** The answer as text; an error for people claims nothing. */
async function shown(ask: Ask, from: Source): Promise<string> {
  try {
    return JSON.stringify(await ask(from))
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return ''
  }
}

/** The evidence a question was answered. */
async function answeredTo(ask: Ask): Promise<readonly EvidenceId[]> {
  const found = new Set<EvidenceId>()
  await shown(ask, {
    ...source,
    evidence: async (id, subject, query) => {
      const answer = await source.evidence(id, subject, query)
      if (answer.ok) found.add(id)
      return answer
    },
  })
  return [...found]
}

/** The source with one piece of evidence three hours older than the rest. */
function aged(id: EvidenceId): Source {
  return {
    ...source,
    evidence: async (asked, subject, query) => {
      const answer = await source.evidence(asked, subject, query)
      if (!answer.ok || asked !== id) return answer
      return {ok: true, value: {...answer.value, provenance: {...answer.value.provenance, capturedAt: OLDER}}}
    },
  }
}

/** The source in which one kind of evidence of every proxy is that of another. */
function swapped(id: EvidenceId): Source {
  return {
    ...source,
    evidence: async (asked, subject, query) => {
      const isOther = subject.name === other.name && subject.namespace === other.namespace
      return await source.evidence(asked, asked === id ? (isOther ? pod : other) : subject, query)
    },
  }
}

/** Asks a share of the questions with one piece of evidence older than the rest: `pieces` of those each was answered. */
export function olderEvidenceIsNamed(share: number, pieces: number): void {
  test.each(corpusShare('AGED', ASKS, share))('%s says which, and of when', async (name, of) => {
    if (PASSED_ON.has(name)) return
    const ask = of(pod)
    const answered = await answeredTo(ask)
    // A single piece of evidence is of one moment.
    const objects = (await shown(ask, source)).includes('objects/')
    for (const id of corpusShare('AGED', answered, name === 'overview' ? pieces / 5 : pieces)) {
      const text = await shown(ask, aged(id))
      const says = text.includes(`${evidenceRow(id).title} (${OLDER})`)
      expect({id, says: says || (answered.length === 1 && !objects)}).toEqual({id, says: true})
    }
  })
}

/** Asks a share of the questions with a page of Envoy that is another pod's. */
export function foreignPagesAreNamed(share: number): void {
  const pages = EVIDENCE_IDS.filter(id => id === 'envoy.config_dump' || id === 'envoy.server_info')
  test.each(corpusShare('AGED', ASKS, share))('%s says that it is, and whose', async (name, of) => {
    if (PASSED_ON.has(name)) return
    const ask = of(pod)
    const answered = await answeredTo(ask)
    for (const id of pages.filter(each => answered.includes(each))) {
      const text = await shown(ask, swapped(id))
      expect({id, says: text === '' || text.includes(FOREIGN)}).toEqual({id, says: true})
    }
  })
}
