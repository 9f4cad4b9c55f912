import {beforeAll, describe, expect, test} from '@jest/globals'
import type {Gap} from '../../src/model/evidence/answer.js'
import type {EvidenceId} from '../../src/model/evidence/evidence.js'
import {UserError} from '../../src/model/evidence/user-error.js'
import type {PodRef} from '../../src/model/kube/kube-object.js'
import type {Source} from '../../src/sources/source.js'
import {resolveSubject} from '../../src/sources/subject.js'
import {withParts} from '../loop/loop-parts.js'
import {corpusShare} from '../support/oracle-size.js'
import {MESH_QUESTIONS, QUESTIONS, WHOLE_QUESTIONS} from '../support/questions.js'
import {sampleSource} from '../support/served.js'

const WORKLOADS = ['productpage-v1', 'sick-nack-v1']
/** Stands in the reason of what is taken away; no answer can hold it otherwise. */
const MARK = 'gone-for-this-test'

/** Words that say a thing is not known, where the reason stands beside the rule or cell that needed it. */
const ABSENT = /not checked|unknown|not asked|could not|(?:is|are) assumed/g

/**
 * What an answer may lose without a word: one of several evidences of the same thing while another is there, and details that are shown only where
 * they are known (a log line beside a cause, the version of istiod, the health of an endpoint in a column of its own).
 */
const DETAILS: Readonly<Record<string, readonly string[]>> = {
  endpoints: ['envoy.clusters', 'envoy.config_dump'],
  packet: ['net.sockets'],
  ports: ['net.sockets', 'net.proc'],
  errors: ['envoy.stats'],
  // What the reports it is made of may lose.
  overview: ['net.sockets', 'net.iptables.legacy', 'net.ip6tables.nft', 'net.nft', 'istiod.version', 'envoy.stats'],
  'proxy-status': ['istiod.version', 'envoy.config_dump', 'log.discovery'],
  trace: ['net.iptables.nft', 'net.iptables.legacy', 'net.ip6tables.nft', 'net.nft', 'envoy.clusters'],
}

/** How often a text says that a thing is not known. */
function absences(text: string): number {
  return text.match(ABSENT)?.length ?? 0
}

/** The source, noting what is asked of it. */
function noting(source: Source, asked: Set<string>): Source {
  return {
    ...source,
    evidence: async (id, subject, query) => {
      asked.add(id)
      return await source.evidence(id, subject, query)
    },
    objects: async query => {
      asked.add(`objects of ${query.kind}`)
      return await source.objects(query)
    },
  }
}

/** The source without one kind of evidence or of objects, for a reason that is not a failure of the run. */
function without(source: Source, what: string): Source {
  const gap: Gap = {what, reason: 'not-captured', detail: MARK}
  return {
    ...source,
    evidence: async (id: EvidenceId, subject, query) =>
      id === what ? {ok: false, gap} : await source.evidence(id, subject, query),
    objects: async query => (`objects of ${query.kind}` === what ? {ok: false, gap} : await source.objects(query)),
  }
}

/** What an answer shows as text; an error claims nothing. */
async function shown(ask: (source: Source) => Promise<object>, source: Source): Promise<string | undefined> {
  try {
    return JSON.stringify(await ask(source))
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return undefined
  }
}

let source: Source
const pods: PodRef[] = []
beforeAll(async () => {
  source = withParts(await sampleSource())
  for (const name of WORKLOADS)
    pods.push((await resolveSubject(source, {name: `deploy/${name}`, namespace: 'demo'})).pod)
})

/** What was asked for and is missing without a word: the answer is another one, and the reason stands nowhere in it. */
async function silent(name: string, ask: (source: Source) => Promise<object>): Promise<readonly string[]> {
  const asked = new Set<string>()
  const full = await shown(ask, noting(source, asked))
  const found: string[] = []
  for (const what of corpusShare('EVIDENCE', [...asked])) {
    const less = await shown(ask, without(source, what))
    if (less === undefined || less === full || less.includes(MARK)) continue
    if (absences(less) <= absences(full ?? '')) found.push(what)
  }
  return found.filter(what => DETAILS[name]?.includes(what) !== true)
}

describe('an answer with less evidence is the same, or says what is missing and why', () => {
  test.each(Object.keys(QUESTIONS))('%s, for a healthy and a sick pod', async name => {
    for (const at of WORKLOADS.keys()) {
      const pod = pods[at] as PodRef
      const ask = QUESTIONS[name]
      if (ask !== undefined)
        expect({pod: pod.name, silent: await silent(name, from => ask(from, pod))}).toEqual({pod: pod.name, silent: []})
    }
  })

  // A capture draws no conclusion: it hands on what is there, and writes what is not with its reason into the bundle (reports/capture.test).
  const names = Object.keys({...MESH_QUESTIONS, ...WHOLE_QUESTIONS}).filter(name => name !== 'capture')
  test.each(names)('%s', async name => {
    const ask = MESH_QUESTIONS[name] ?? WHOLE_QUESTIONS[name]
    if (ask !== undefined) expect(await silent(name, ask)).toEqual([])
  })
})
