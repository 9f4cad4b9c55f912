import type {Source} from '../../src/sources/source.js'
import {resolveSubject} from '../../src/sources/subject.js'
import {withParts} from '../loop/loop-parts.js'
import {MESH_QUESTIONS, QUESTIONS} from './questions.js'
import {scaledSource} from './scaled-source.js'
import {sampleSource} from './served.js'

/** A question as the bench asks it, and the parts of a mesh that it reads. */
export interface GrowingQuestion {
  readonly name: string
  readonly ask: (source: Source) => Promise<object>
  readonly parts: readonly string[]
}

let sample: Source
const names = new Set<string>()

/** The sample with one part of it as many times as large. */
export function scaled(part: string, copies: number): Source {
  return scaledSource(sample, part, copies, names)
}

async function partsOf(ask: (source: Source) => Promise<object>): Promise<readonly string[]> {
  const asked = new Set<string>()
  await ask({
    ...sample,
    evidence: async (id, subject, query) => {
      const answer = await sample.evidence(id, subject, query)
      if (answer.ok) asked.add(id)
      return answer
    },
    objects: async query => {
      asked.add('objects')
      return await sample.objects(query)
    },
  })
  return [...asked]
}

/** Every question about the sample mesh, with the evidence it reads. */
export async function questions(): Promise<readonly GrowingQuestion[]> {
  sample = withParts(await sampleSource())
  for (const kind of ['Service', 'Deployment', 'StatefulSet', 'ServiceAccount'])
    for (const {metadata} of await listed(kind)) if (metadata.namespace === 'demo') names.add(metadata.name)
  const {pod} = await resolveSubject(sample, {name: 'deploy/productpage-v1', namespace: 'demo'})
  const all = [
    ...Object.entries(QUESTIONS).map(([name, ask]) => ({name, ask: (source: Source) => ask(source, pod)})),
    ...Object.entries(MESH_QUESTIONS).map(([name, ask]) => ({name, ask: (source: Source) => ask(source)})),
  ]
  const found: GrowingQuestion[] = []
  for (const each of all) found.push({...each, parts: await partsOf(each.ask)})
  return found
}

async function listed(kind: string) {
  const answer = await sample.objects({kind})
  return answer.ok ? answer.value : []
}
