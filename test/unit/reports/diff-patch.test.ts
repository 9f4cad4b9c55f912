import {describe, expect, test} from '@jest/globals'
import {parseSyncz} from '../../../src/formats/istio/istiod-syncz.js'
import {pairDiff} from '../../../src/reports/diff/pair.js'
import {sampleSource} from '../../support/served.js'
import {damagedCopies, read} from './diff-patch.js'

describe('diff of dumps nobody should send', () => {
  damagedCopies(50)

  test('nesting no Envoy could have is an error that says so', () => {
    const nested = (core: string) => {
      const deep = `${'{"a":'.repeat(4000)}${core}${'}'.repeat(4000)}`
      const cluster = `{"cluster":{"name":"x","v":${deep}}}`
      const type = 'type.googleapis.com/envoy.admin.v3.ClustersConfigDump'
      return read(`{"configs":[{"@type":"${type}","dynamic_active_clusters":[${cluster}]}]}`)
    }
    expect(() => pairDiff('x', ['a', nested('1')], ['b', nested('2')])).toThrow(/nested too deeply/)
  })

  test('a syncz page cut anywhere is a gap, never a failure', async () => {
    const source = await sampleSource()
    const page = await source.evidence('istiod.syncz', {namespace: 'istio-system', name: 'istiod-7d5679cd87-m8t7m'})
    if (!page.ok) throw new Error(page.gap.detail)
    const {bytes} = page.value
    for (let end = 0; end < bytes.length; end += 37) {
      expect(parseSyncz({...page.value, bytes: bytes.subarray(0, end)}).ok).toBe(false)
    }
  })
})
