import {existsSync, readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {expect, test} from '@jest/globals'
import {parseAllDocuments} from 'yaml'
import type {Finding} from '../../src/model/finding.js'
import {kindOf} from '../../src/model/kube/kinds.js'
import type {KubeObject} from '../../src/model/kube/kube-object.js'
import type {Labels} from '../../src/model/kube/selector.js'
import {checkReport} from '../../src/reports/check/report.js'
import {RULES} from '../../src/rules/registry.js'
import {findRules} from '../../src/rules/select-rules.js'
import {memorySource} from '../support/memory-source.js'
import {sampleSource} from '../support/served.js'
import {hasShared, SHARED} from '../support/shared-data.js'
import {skipUnless} from '../support/skip-unless.js'

const FOLDER = resolve(SHARED, 'analyze')
const present = hasShared('analyze', 'expected.jsonl')
const {describe: withInputs} = skipUnless(present, "the inputs of Istio's analyzers in ../shared/data")

interface AnalyzerCase {
  readonly case: string
  readonly inputs: readonly string[]
  readonly analyzer: string
  readonly expected: readonly {readonly code: string; readonly resource: string}[]
}

/** Codes of Istio's analyzers that some rule says it shares; IST0143 is declared there and made by nothing. */
const SHARED_CODES = [...new Set(RULES.flatMap(({aliases}) => aliases))].filter(code => code !== 'IST0143').sort()

/** The shared codes each of Istio's analyzers can give; an analyzer's cases are compared by its own codes, silent cases included. */
const CODES: Readonly<Record<string, readonly string[]>> = {
  'annotations.K8sAnalyzer': ['IST0107', 'IST0108', 'IST0125', 'IST0135'],
  'applicationUID.Analyzer': ['IST0144'],
  'deployment.MultiServiceAnalyzer': ['IST0116', 'IST0137'],
  'injection.Analyzer': ['IST0102', 'IST0103', 'IST0123'],
  'service.PortNameAnalyzer': ['IST0118'],
}

/** Where rules answer otherwise on purpose, and why; `+` only ours, `-` only Istio's. */
const DEVIATIONS: Readonly<Record<string, string>> = {
  'serviceMultipleDeployments: + MCT1103 Deployment bookinfo/conflicting-ports':
    'one Service calls port 9080 of the pod tcp and the other http, a clash in the one inbound listener; Istio compares TCP with UDP only',
  'istioInjectionEnableNamespacesByDefault: + MCT1213 Namespace bar':
    'whether namespaces are injected by default is read from the webhooks, which select by it, and the case has none of its own',
}

function cases(): readonly AnalyzerCase[] {
  if (!existsSync(FOLDER)) return []
  const lines = readFileSync(resolve(FOLDER, 'expected.jsonl'), 'utf8').trim().split('\n')
  return lines.map(line => JSON.parse(line) as AnalyzerCase).filter(each => CODES[each.analyzer] !== undefined)
}

function read(path: string): readonly KubeObject[] {
  return parseAllDocuments(readFileSync(resolve(FOLDER, path), 'utf8'))
    .map(document => document.toJS() as KubeObject | null)
    .filter(object => object !== null)
    .map(object => {
      const namespaced = kindOf(object.kind)?.namespaced !== false
      const {namespace = 'default'} = object.metadata
      return namespaced ? {...object, metadata: {...object.metadata, namespace}} : object
    })
}

function pod(namespace: string, name: string, labels: Labels, meshed = false): KubeObject {
  const proxy = meshed ? [{name: 'istio-proxy', image: 'proxyv2:1.31.0'}] : []
  const spec = {containers: [{name: 'app', image: 'app:1'}, ...proxy]}
  return {apiVersion: 'v1', kind: 'Pod', metadata: {name, namespace, labels}, spec}
}

function asksForSidecars({metadata: {labels = {}}}: KubeObject): boolean {
  return labels['istio-injection'] === 'enabled' || labels['istio.io/rev'] !== undefined
}

const ABOUT_SERVICES = ['annotations.K8sAnalyzer', 'service.PortNameAnalyzer']

/** Rules start from pods, Istio's analyzers from any object: a Service or Namespace nobody lives behind gets a pod. */
function peopled(objects: readonly KubeObject[], {analyzer}: AnalyzerCase): readonly KubeObject[] {
  const namespaces = new Set(objects.map(({metadata}) => metadata.namespace))
  const behind = objects.flatMap(({kind, metadata, spec}) => {
    const {selector} = (spec ?? {}) as {selector?: Labels}
    return kind !== 'Service' || selector === undefined || !ABOUT_SERVICES.includes(analyzer)
      ? []
      : [pod(metadata.namespace ?? '', metadata.name, selector)]
  })
  const inside = objects.flatMap(object => {
    const {name} = object.metadata
    return object.kind === 'Namespace' && !namespaces.has(name)
      ? [pod(name, 'somebody', {}, asksForSidecars(object))]
      : []
  })
  return [...objects, ...behind, ...inside]
}

/** Pods without a status are manifests; this analyzer speaks of pods that run. */
function running(object: KubeObject, given: AnalyzerCase): KubeObject {
  if (object.kind !== 'Pod' || given.analyzer !== 'injection.Analyzer') return object
  return {...object, status: {phase: 'Running'}}
}

/** The webhooks of a plain installation, as the sample mesh has them. */
async function webhooks(): Promise<readonly KubeObject[]> {
  const answer = await (await sampleSource()).objects({kind: 'MutatingWebhookConfiguration'})
  if (!answer.ok) throw new Error('the sample holds no webhooks')
  return answer.value
}

/** Istio blames the Deployment where we name the Service to change: the workload is what is compared then. */
function findingLine({analyzer}: AnalyzerCase, {code, object, workload}: Finding): string {
  const {kind, namespace, name} = analyzer === 'deployment.MultiServiceAnalyzer' ? workload : object
  return `${code} ${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`
}

/** What Istio expects, by our code: one rule may stand for several of Istio's. */
function wantedOf({expected}: AnalyzerCase): readonly string[] {
  return expected.flatMap(({code, resource}) => {
    const [kind = '', name = ''] = resource.split(' ')
    const full = kindOf(kind)?.namespaced === false || name.includes('/') ? name : `default/${name}`
    return findRules(RULES, code).map(rule => `${rule.code} ${kind} ${full}`)
  })
}

async function answers(given: AnalyzerCase): Promise<readonly string[]> {
  const written = given.inputs.flatMap(read)
  const objects = peopled(written, given).map(object => running(object, given))
  const source = memorySource({objects: [...objects, ...(await webhooks())]})
  const codes = (CODES[given.analyzer] ?? []).filter(code => SHARED_CODES.includes(code))
  const report = await checkReport(source, objects, {
    rules: [...new Set(codes.flatMap(code => findRules(RULES, code)))],
    failOn: 'info',
    istioNamespace: 'istio-system',
    deep: true,
    now: new Date('2026-11-20T19:00:00Z'),
  })
  return [...new Set(report.workloads.flatMap(({findings}) => findings.map(each => findingLine(given, each))))].sort()
}

withInputs("rules that share a code with Istio's analyzers find the same objects", () => {
  test.each(cases().map(each => [each.case, each] as const))('%s', async (_name, given) => {
    const wanted = wantedOf(given)
    const found = await answers(given)
    const ours = found.filter(each => !wanted.includes(each)).map(each => `${given.case}: + ${each}`)
    const theirs = wanted.filter(each => !found.includes(each)).map(each => `${given.case}: - ${each}`)
    expect([...ours, ...theirs].filter(each => DEVIATIONS[each] === undefined)).toEqual([])
  })
})
