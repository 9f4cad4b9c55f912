import {describe, expect, test} from '@jest/globals'
import {parseConfigDump, parseSections} from '../../../src/formats/envoy-config-dump/parse.js'
import {sectionSlices} from '../../../src/formats/envoy-config-dump/slices.js'
import type {Artifact} from '../../../src/model/evidence/evidence.js'
import {keptCorpus} from '../../support/istioctl-corpus.js'

const NAMES = ['Bootstrap', 'Clusters', 'Endpoints', 'Listeners', 'ScopedRoutes', 'Routes', 'Secrets']

function artifact(bytes: Uint8Array): Artifact {
  return {id: 'envoy.config_dump', bytes, provenance: {}}
}

function dumps(): readonly Buffer[] {
  const corpus = keptCorpus()
  const paths = new Set(corpus.runs.flatMap(({argv}) => argv.filter(word => word.endsWith('config_dump.json'))))
  return [...paths].map(path => Buffer.from(corpus.read(path)))
}

/** The sections wanted of a parsed dump, by name; undefined when it could not be read. */
function sectionsOf(answer: ReturnType<typeof parseConfigDump>, wanted: readonly string[]): unknown {
  return answer.ok ? wanted.map(name => answer.value.sections.get(name)) : undefined
}

describe('sections read on their own', () => {
  test.each(dumps().map((dump, index) => [index, dump] as const))('are those of the whole dump (%i)', (_, dump) => {
    expect(sectionSlices(dump)?.length).toBe(NAMES.length)
    const whole = parseConfigDump(artifact(dump))
    for (const name of NAMES) {
      expect(sectionsOf(parseSections(artifact(dump), [name]), [name])).toEqual(sectionsOf(whole, [name]))
    }
  })

  test('another layout is read as a whole, with the same result', () => {
    const [dump = Buffer.from('')] = dumps()
    const value: unknown = JSON.parse(dump.toString('utf8'))
    const whole = parseConfigDump(artifact(dump))
    for (const text of [JSON.stringify(value), JSON.stringify(value, null, 2), `\n${dump.toString('utf8')}`]) {
      const answer = parseSections(artifact(Buffer.from(text)), ['Clusters', 'Routes'])
      expect(sectionsOf(answer, ['Clusters', 'Routes'])).toEqual(sectionsOf(whole, ['Clusters', 'Routes']))
    }
  })

  test('a dump cut short anywhere is never answered from what is left', () => {
    const [dump = Buffer.from('')] = dumps()
    for (let part = 1; part < 60; part++) {
      const cut = dump.subarray(0, Math.floor((dump.length * part) / 60))
      expect(parseSections(artifact(cut), ['Bootstrap']).ok).toBe(false)
    }
  })

  test('text in a string that looks like a section border does not split it', () => {
    const name = '\n  },\n  {\n   "@type": "type.googleapis.com/envoy.admin.v3.RoutesConfigDump'
    const configs = ['Clusters', 'Listeners'].map(section => ({
      '@type': `type.googleapis.com/envoy.admin.v3.${section}ConfigDump`,
      version_info: name,
    }))
    const bytes = Buffer.from(`${JSON.stringify({configs}, null, 1)}\n`)
    expect(sectionSlices(bytes)?.map(({type}) => type)).toEqual(configs.map(config => config['@type']))
    expect(sectionsOf(parseSections(artifact(bytes), ['Clusters']), ['Clusters'])).toEqual([configs[0]])
  })

  test('a section that is not JSON is an error of the whole file', () => {
    const [dump = Buffer.from('')] = dumps()
    const at = Math.floor(dump.length / 3)
    const damaged = Buffer.concat([dump.subarray(0, at), Buffer.from('}}]]'), dump.subarray(at)])
    const touched = NAMES.filter(name => !parseSections(artifact(damaged), [name]).ok)
    expect(touched.length).toBeGreaterThanOrEqual(1)
  })
})
