import {expect, test} from '@jest/globals'
import {parse as parseYaml} from 'yaml'
import type {Corpus, RecordedRun} from '../support/istioctl-corpus.js'
import {proxyConfig} from '../support/proxy-config-run.js'

/** Runs where meshctl says more on purpose: `endpoint` on a config_dump (docs/istioctl-differences.md). */
function isListedDeviation({argv}: RecordedRun): boolean {
  return argv[1] === 'endpoint' && argv.some(word => word.endsWith('config_dump.json'))
}

function formOf({argv}: RecordedRun): string {
  const at = argv.indexOf('-o')
  return at < 0 ? (argv[1] === 'bootstrap' ? 'json' : 'table') : (argv[at + 1] ?? '')
}

/** The blocks of an output, rows in their order; those of the route table, which istioctl leaves in an accidental order, sorted. */
function blocks(text: string): readonly (readonly string[])[] {
  return text
    .trimEnd()
    .split('\n\n')
    .map(block => {
      const [header = '', ...rows] = block.split('\n')
      return /VHOST NAME|VIRTUAL HOSTS/.test(header) ? [header, ...rows.sort()] : [header, ...rows]
    })
}

/** istioctl's order of route configurations is an accident of an unstable sort: compared as a set. */
function asSet(document: unknown, run: RecordedRun): unknown {
  if (run.argv[1] !== 'route' || !Array.isArray(document)) return document
  return document.map(item => JSON.stringify(sortKeys(item))).sort()
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, held]) => [key, sortKeys(held)]),
  )
}

async function expectSame(run: RecordedRun, corpus: Corpus): Promise<void> {
  const ours = await proxyConfig(run.argv, corpus.read, run.at)
  expect(ours.exit === 0).toBe(run.exit === 0)
  if (run.exit !== 0) return
  const form = formOf(run)
  if (form === 'json') return expect(asSet(JSON.parse(ours.text), run)).toEqual(asSet(JSON.parse(run.out), run))
  if (form === 'yaml') return expect(asSet(parseYaml(ours.text), run)).toEqual(asSet(parseYaml(run.out), run))
  expect(blocks(ours.text)).toEqual(blocks(run.out))
}

/** istioctl's own table of EDS, the last block of `all`, as `name status cluster`. */
function edsRowsOf(out: string): readonly string[] {
  const table = out.slice(out.lastIndexOf('\nNAME'))
  const rows = table.match(/^endpoint\/.*$/gm) ?? []
  return rows.map(row => {
    const cells = row.replace(/^endpoint\//, '').split(/ {2,}/)
    return [cells[0], cells[1], cells.at(-1)].join(' ')
  })
}

/** Asks meshctl what istioctl was asked in every run of a corpus, and compares what both say. */
export function saysWhatIstioctlSays(corpus: Corpus): void {
  const runs = corpus.runs.filter(run => !isListedDeviation(run))
  test.each(runs.map(run => [run.slug, run] as const))('%s', async (_, run) => {
    await expectSame(run, corpus)
  })

  const alls = corpus.runs.filter(({argv}) => argv[1] === 'all' && argv.length === 4)
  test.each(alls.map(run => [run.slug, run] as const))('endpoint shows the EDS rows of %s', async (_, run) => {
    const argv = run.argv.map(word => (word === 'all' ? 'endpoint' : word))
    const ours = await proxyConfig(argv, corpus.read, run.at)
    const [header = '', ...rows] = ours.text.trimEnd().split('\n')
    expect(header.split(/ {2,}/)).toEqual(['ENDPOINT', 'STATUS', 'OUTLIER CHECK', 'CLUSTER'])
    const columns = rows.map(row => row.split(/ {2,}/)).map(cells => [cells[0], cells[1], cells[3]].join(' '))
    expect([...columns].sort()).toEqual(
      [...edsRowsOf(run.out)].map(row => row.replace(/^(\.\/\S)/, 'unix://$1')).sort(),
    )
    expect(ours.notes.join()).toContain('EDS')
  })
}
