import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import {logLevelReport} from '../../src/reports/log-levels/report.js'
import {logLevelsView} from '../../src/reports/log-levels/view.js'
import {renderDoc} from '../../src/terminal/render.js'
import {memorySource} from '../support/memory-source.js'
import {proxyConfig} from '../support/proxy-config-run.js'
import {hasShared, SHARED} from '../support/shared-data.js'
import {skipUnless} from '../support/skip-unless.js'

/** What istioctl printed about a live pod, and the page of the same pod, captured in the same minutes, that tells the same. */
const TABLES: readonly (readonly [string, string, string, string])[] = [
  ['pc-cluster-deploy', 'cluster', 'demo.details-v1-', 'config_dump.json'],
  ['pc-eds', 'eds', 'demo.sleep-', 'config_dump.json'],
  ['pc-endpoint', 'endpoint', 'demo.sleep-', 'clusters.json'],
  ['pc-secret', 'secret', 'demo.sleep-', 'config_dump.json'],
]

const {test: live} = skipUnless(hasShared('istioctl', 'live'), 'the recordings in ../shared/data')

function printed(slug: string): string {
  return readFileSync(join(SHARED, 'istioctl', 'live', `${slug}.out`), 'utf8')
}

function pageOf(pod: string, page: string): string {
  const pods = join(SHARED, 'mesh', 'pods')
  return join(pods, readdirSync(pods).find(name => name.startsWith(pod)) ?? '', 'envoy', page)
}

describe('what istioctl says of live pods', () => {
  live.each(TABLES.map(row => [...row]))('%s', async (slug, command, pod, page) => {
    const path = pageOf(pod, page)
    const argv = ['proxy-config', command, '-f', path]
    const ours = await proxyConfig(argv, file => readFileSync(file), '2026-11-20T19:00:00Z')
    expect(ours.text.split('\n').sort()).toEqual(printed(slug).split('\n').sort())
  })

  live('pc-log', async () => {
    const out = printed('pc-log')
    const [first = '', ...rest] = out.split('\n')
    const [name = '', namespace = ''] = first.replace(/:$/, '').split('.')
    const source = memorySource({evidence: {'envoy.logging': rest.join('\n')}})
    const report = await logLevelReport(source, [{name, namespace}])
    const text = renderDoc(logLevelsView.doc(report, 'short'), {width: 120, colour: false, headers: true})
    expect(text.trimEnd()).toBe(out.trimEnd())
  })
})
