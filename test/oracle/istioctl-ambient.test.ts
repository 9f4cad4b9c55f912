import {existsSync, readFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {parseArgs} from 'node:util'
import {brotliDecompressSync} from 'node:zlib'
import {beforeAll, describe, expect, test} from '@jest/globals'
import {parse as parseYaml} from 'yaml'
import {listOf, objectOf} from '../../src/formats/decode.js'
import type {Report} from '../../src/reports/report.js'
import type {View} from '../../src/reports/view.js'
import {waypointReport} from '../../src/reports/waypoints/report.js'
import {waypointListView, waypointStatusView} from '../../src/reports/waypoints/view.js'
import {ztunnelReport} from '../../src/reports/ztunnel-config/report.js'
import {
  certificatesView,
  connectionsView,
  policiesView,
  servicesView,
  workloadsView,
  ztunnelAllView,
} from '../../src/reports/ztunnel-config/view.js'
import {filesSource} from '../../src/sources/files/source.js'
import type {Source} from '../../src/sources/source.js'
import {ambientCapture} from '../support/ambient-capture.js'
import {type Capture, captureSource} from '../support/mesh-capture.js'
import {reportText} from '../support/report-text.js'
import {SHARED, sharedTest} from '../support/shared-data.js'

interface Run {
  readonly slug: string
  readonly argv: readonly string[]
  readonly exit: number | null
  readonly at: string
  readonly out: string
}

const OPTIONS = {
  file: {type: 'string', short: 'f'},
  output: {type: 'string', short: 'o'},
  namespace: {type: 'string', short: 'n'},
  'all-namespaces': {type: 'boolean', short: 'A'},
  node: {type: 'string'},
  address: {type: 'string'},
  direction: {type: 'string'},
  raw: {type: 'boolean', default: false},
  'workload-namespace': {type: 'string'},
  'workload-node': {type: 'string'},
  'service-namespace': {type: 'string'},
  'policy-namespace': {type: 'string'},
} as const

const WORDS: Readonly<Record<string, string>> = {w: 'workload', connections: 'connections'}

async function text<R extends Report>(report: R, view: View<R>, output: string | undefined): Promise<string> {
  return await reportText(report, view, 400, output)
}

async function answer(source: Source, {argv, at}: Run): Promise<string> {
  const {values, positionals} = parseArgs({args: [...argv], options: OPTIONS, allowPositionals: true})
  const [command, word = '', pod] = positionals
  if (command === 'waypoint') {
    const report = await waypointReport(source, values['all-namespaces'] === true ? undefined : values.namespace)
    return await text(report, word === 'list' ? waypointListView : waypointStatusView, values.output)
  }
  const choice = {pod, node: values.node, istioNamespace: 'istio-system'}
  const filter = {
    address: values.address,
    workloadNamespace: values['workload-namespace'],
    workloadNode: values['workload-node'],
    serviceNamespace: values['service-namespace'],
    policyNamespace: values['policy-namespace'],
  }
  const shown = {direction: values.direction, raw: values.raw}
  const views = {
    workload: workloadsView,
    service: servicesView,
    policy: policiesView,
    certificate: certificatesView,
    connections: connectionsView(shown),
    all: ztunnelAllView(false, {raw: false}),
  }
  const view = views[(WORDS[word] ?? word) as keyof typeof views]
  return await text(
    await ztunnelReport(source, choice, filter, {at: new Date(at), now: new Date(at)}),
    view,
    values.output,
  )
}

/** Rows in their order but for those istioctl leaves in an accidental one: equal in every column it sorts by. */
function lines(out: string): readonly string[] {
  return out.trimEnd().split('\n').sort()
}

async function expectSame(source: Source, run: Run): Promise<void> {
  const ours = await answer(source, run)
  const at = run.argv.indexOf('-o')
  const form = at < 0 ? 'short' : run.argv[at + 1]
  if (form === 'json') expect(JSON.parse(ours)).toEqual(JSON.parse(run.out))
  else if (form === 'yaml') expect(parseYaml(ours)).toEqual(parseYaml(run.out))
  else {
    expect(lines(ours)).toEqual(lines(run.out))
    expect(ours.split('\n')[0]).toBe(run.out.split('\n')[0])
  }
}

function file(run: Run): string {
  return run.argv[run.argv.indexOf('-f') + 1] ?? ''
}

const failing = (run: Run) => run.exit !== 0 && run.exit !== null

const kept: unknown = JSON.parse(
  brotliDecompressSync(readFileSync(resolve('test/fixtures/istioctl/ambient.json.br'))).toString('utf8'),
)

describe('ztunnel-config of a file says what istioctl says', () => {
  const runs = listOf(kept, 'runs') as readonly Run[]
  test.each(runs.filter(run => !failing(run)).map(run => [run.slug, run] as const))('%s', async (_, run) => {
    const bytes = Buffer.from(String(objectOf(kept, 'files')?.[file(run)]))
    await expectSame(filesSource([{label: file(run), bytes}]), run)
  })
})

const FOLDER = join(SHARED, 'ambient')
const LIVE = /^(zc-(workload|service|policy|certificate|conn)|waypoint-(list|status)$|waypoint-list)/
/** Asked of other moments, of namespaces the recording left out, or for the help. */
const ELSEWHERE = /help|held|-demo$|zc-conn(ections)?(-(short|json|yaml|raw|pod))?$|zc-conn-(raw|pod)$/

function recorded(): readonly Run[] {
  if (!existsSync(FOLDER)) return []
  const index = JSON.parse(readFileSync(join(FOLDER, 'istioctl/index.json'), 'utf8')) as readonly Run[]
  return index
    .filter(run => LIVE.test(run.slug) && !ELSEWHERE.test(run.slug) && !run.argv.includes('-f') && !failing(run))
    .map(run => ({...run, out: readFileSync(join(FOLDER, 'istioctl', `${run.slug}.out`), 'utf8')}))
}

describe('ztunnel-config and waypoint of a bundle say what istioctl said of the cluster', () => {
  const runs = recorded()
  if (runs.length === 0) sharedTest('every recorded run', () => {})
  else {
    let moment: Capture
    beforeAll(() => {
      moment = ambientCapture(FOLDER, {moment: '2-policy', capturedAt: '', unredacted: true})
    })
    test.each(runs.map(run => [run.slug, run] as const))('%s', async (_, run) => {
      const index = {...moment.index, capturedAt: run.at}
      await expectSame(await captureSource({...moment, index}), run)
    })
  }

  sharedTest('open connections', async () => {
    const source = await captureSource(
      ambientCapture(FOLDER, {moment: '2b-connections-held', capturedAt: '2026-11-30T01:00:15Z', unredacted: true}),
    )
    for (const slug of ['short', 'json', 'raw', 'dir', 'pod', 'yaml']) {
      const index = JSON.parse(readFileSync(join(FOLDER, 'istioctl/index.json'), 'utf8')) as readonly Run[]
      const run = index.find(each => each.slug === `zc-connections-held-${slug}`)
      if (run === undefined) throw new Error(`no run ${slug}`)
      const out = readFileSync(join(FOLDER, 'istioctl', `${run.slug}.out`), 'utf8')
      await expectSame(source, {...run, out})
    }
  })
})
