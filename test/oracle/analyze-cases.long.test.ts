import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join, resolve} from 'node:path'
import {afterAll, expect, test} from '@jest/globals'
import {parseAllDocuments, stringify} from 'yaml'
import {analyzeRules} from '../../src/cli/flags/analyze-settings.js'
import {listOf, objectOf, textOf} from '../../src/formats/decode.js'
import {definedFields} from '../../src/model/collections/defined-fields.js'
import type {AnalyzedSource} from '../../src/reports/analyze/read.js'
import {CONFIG_RULES} from '../../src/rules/config/registry.js'
import {openFiles} from '../../src/sources/open.js'
import {analyzed} from '../support/analyzed.js'
import {hasShared, SHARED} from '../support/shared-data.js'
import {skipUnless} from '../support/skip-unless.js'

const FOLDER = resolve(SHARED, 'analyze')
const {describe: withInputs} = skipUnless(
  hasShared('analyze', 'expected.jsonl'),
  "the inputs of Istio's analyzers in ../shared/data",
)

interface AnalyzerCase {
  readonly case: string
  readonly inputs?: readonly string[]
  readonly clusters?: Readonly<Record<string, readonly string[]>>
  readonly analyzer: string
  readonly meshConfigFile?: string
  readonly meshNetworksFile?: string
  readonly expected: readonly {readonly code: string; readonly resource: string}[] | null
}

function cases(name: string): readonly AnalyzerCase[] {
  const path = resolve(FOLDER, name)
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as AnalyzerCase)
}

function settings(path: string | undefined): {readonly file: string; readonly text: string} | undefined {
  return path === undefined ? undefined : {file: path, text: readFileSync(resolve(FOLDER, path), 'utf8')}
}

const ALL = [...cases('expected.jsonl'), ...cases('expected-multicluster.jsonl')]

/** Istio's own cases give some objects no namespace, which is the default one. */
function named(resource: string): string {
  return resource.replace(/ default\//, ' ')
}

async function open(paths: readonly string[]): Promise<AnalyzedSource['source']> {
  return await openFiles(paths.map(path => resolve(FOLDER, path)))
}

async function answers(given: AnalyzerCase, written?: readonly string[]): Promise<readonly string[]> {
  const sources: AnalyzedSource[] = []
  const inputs = written ?? given.inputs
  if (inputs !== undefined) sources.push({source: await open(inputs)})
  for (const [cluster, paths] of Object.entries(given.clusters ?? {}))
    sources.push({source: await open(paths), cluster})
  const rules = analyzeRules(CONFIG_RULES, [given.analyzer], undefined)
  const {listed} = await analyzed(
    sources,
    rules,
    definedFields({meshConfig: settings(given.meshConfigFile), meshNetworks: settings(given.meshNetworksFile)}),
  )
  const known = new Map(CONFIG_RULES.map(rule => [rule.code, rule]))
  return listed
    .map(({finding: {code, object}}) => {
      const full = object.namespace === '' ? object.name : `${object.namespace}/${object.name}`
      return `${known.get(code)?.aliases[0]} ${named(`${object.kind} ${full}`)}`
    })
    .sort()
}

withInputs("Istio's own analyzer cases, from files alone", () => {
  test.each(ALL.map(each => [each.case, each] as const))('%s', async (_name, given) => {
    const wanted = (given.expected ?? []).map(({code, resource}) => `${code} ${named(resource)}`).sort()
    expect(await answers(given)).toEqual(wanted)
  })
})

type Written = (documents: readonly Document[], folder: string) => readonly string[]

interface Document {
  readonly kind: string
  readonly metadata: {readonly name: string; readonly namespace?: string}
}

function file(folder: string, name: string, text: string): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), {recursive: true})
  writeFileSync(path, text)
  return path
}

const CLUSTER_WIDE = /^(Namespace|Node|CustomResourceDefinition|GatewayClass|ClusterRole.*|.*WebhookConfiguration)$/

/** Other ways to write the same objects. */
const WRITTEN: Readonly<Record<string, Written>> = {
  'as a list': (items, folder) => [file(folder, 'list.yaml', stringify({apiVersion: 'v1', kind: 'List', items}))],
  'in reverse order': (all, folder) => [
    file(
      folder,
      'all.yaml',
      all
        .toReversed()
        .map(each => `---\n${stringify(each)}`)
        .join(''),
    ),
  ],
  'as JSON, a file each': (all, folder) => {
    return all.map((each, index) => file(folder, `${index % 3}/${index}.json`, JSON.stringify(each)))
  },
  'with the default namespace written': (all, folder) => {
    const written = all.map(each =>
      CLUSTER_WIDE.test(each.kind) || each.metadata.namespace !== undefined
        ? each
        : {...each, metadata: {...each.metadata, namespace: 'default'}},
    )
    return [file(folder, 'all.yaml', written.map(each => `---\n${stringify(each)}`).join(''))]
  },
}

function documentsOf(given: AnalyzerCase): readonly Document[] {
  const texts = (given.inputs ?? []).map(path => readFileSync(resolve(FOLDER, path), 'utf8'))
  const written = texts.flatMap(text =>
    parseAllDocuments(text, {logLevel: 'silent'}).map((each): unknown => each.toJS()),
  )
  return written
    .flatMap((each): readonly unknown[] => (textOf(each, 'kind') === 'List' ? listOf(each, 'items') : [each]))
    .filter((each): each is Document => objectOf(each, 'metadata') !== undefined)
}

withInputs("Istio's own analyzer cases, written otherwise", () => {
  const folder = mkdtempSync(join(tmpdir(), 'meshctl-written-'))
  afterAll(() => rmSync(folder, {recursive: true, force: true}))

  test.each(Object.entries(WRITTEN))('%s', async (name, write) => {
    const wrong: string[] = []
    for (const given of ALL.filter(each => each.inputs !== undefined)) {
      const own = join(folder, name.replaceAll(/\W/g, '-'), given.case.replaceAll(/\W/g, '-'))
      const said = await answers(given, write(documentsOf(given), own))
      const wanted = (given.expected ?? []).map(({code, resource}) => `${code} ${named(resource)}`).sort()
      if (JSON.stringify(said) !== JSON.stringify(wanted)) wrong.push(`${given.case}: ${said.join(', ')}`)
    }
    expect(wrong).toEqual([])
  })
})
