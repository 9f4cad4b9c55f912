import {describe, expect, test} from '@jest/globals'
import type {EvidenceQuery} from '../../../src/model/evidence/evidence.js'
import {clusterReport} from '../../../src/reports/clusters/report.js'
import {routeReport} from '../../../src/reports/routes/report.js'
import type {Source} from '../../../src/sources/source.js'
import {configDump} from '../../support/config-dump.js'
import {memorySource} from '../../support/memory-source.js'

const POD = {namespace: 'demo', name: 'a'}

/** A source that remembers what was asked of it. */
function asked(dump: Buffer): {source: Source; queries: (EvidenceQuery | undefined)[]} {
  const inner = memorySource({evidence: {'envoy.config_dump': dump}})
  const queries: (EvidenceQuery | undefined)[] = []
  const source: Source = {
    ...inner,
    evidence: (id, subject, query) => {
      queries.push(query)
      return inner.evidence(id, subject, query)
    },
  }
  return {source, queries}
}

describe('a question asks for no more than it needs', () => {
  test('one section, and the names it is about', async () => {
    const {source, queries} = asked(configDump({Clusters: {}, Routes: {}}))
    expect((await clusterReport(source, POD, {fqdn: 'reviews'})).clusters).toEqual([])
    expect((await routeReport(source, POD, '80', {verbose: true, all: false})).configs).toEqual([])
    expect(queries).toEqual([
      {sections: ['clusters'], names: ['reviews']},
      {sections: ['routes'], names: ['80']},
    ])
  })

  test('without a name an empty section is an error, as in istioctl', async () => {
    const {source, queries} = asked(configDump({Clusters: {}}))
    await expect(clusterReport(source, POD, {port: 80})).rejects.toThrow('no clusters found')
    expect(queries).toEqual([{sections: ['clusters'], names: []}])
  })
})
