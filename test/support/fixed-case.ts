import {applyPatch} from 'rfc6902'
import {isInjectedName} from '../../src/formats/kube-pod/container.js'
import {readPod} from '../../src/formats/kube-pod/parse.js'
import type {Answer} from '../../src/model/evidence/answer.js'
import type {Finding} from '../../src/model/finding.js'
import {kindOf} from '../../src/model/kube/kinds.js'
import type {KubeObject} from '../../src/model/kube/kube-object.js'
import {objectLabel} from '../../src/model/kube/pod.js'
import {completed} from '../../src/reports/check/evaluate/whole-patch.js'
import {type CheckReport, checkReport} from '../../src/reports/check/report.js'
import {RULES} from '../../src/rules/registry.js'
import type {MeshRule} from '../../src/rules/rule.js'
import {withParameters} from '../../src/rules/team-parameters.js'
import type {Source} from '../../src/sources/source.js'
import {changedSource, type RuleCase, subjectOf} from './rule-case.js'

/** A patch of a case, the object it is for, and the object with it made. */
export interface FixedCase {
  readonly finding: Finding
  readonly before: KubeObject
  readonly after: KubeObject
  /** What the judge had against applying it. */
  readonly failures: readonly string[]
  /** Findings of all rules about the template, with and without the patch. */
  readonly found: readonly string[]
  readonly left: readonly string[]
  /** Those that were not there before, with their severity. */
  readonly fresh: readonly string[]
  readonly mine: string
}

/** What injection and Kubernetes write into the metadata of a pod. */
const WRITTEN =
  /^(service\.istio\.io\/canonical-|security\.istio\.io\/tlsMode|pod-template-hash|prometheus\.io\/|sidecar\.istio\.io\/status|istio\.io\/rev$|kubectl\.kubernetes\.io\/default-)/

function byPerson(map: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => !WRITTEN.test(key)))
}

function withoutInjected(list: unknown): unknown {
  return Array.isArray(list) ? list.filter(each => !isInjectedName((each as {name: string}).name)) : list
}

/** What a person would have written to get this pod: its Deployment (or other owner) without what injection added. */
export function templateOf(object: KubeObject): KubeObject {
  const pod = readPod(object)
  if (pod === undefined || pod.workload.kind === object.kind) return object
  const {kind, namespace, name} = pod.workload
  const {ownerReferences: _, ...metadata} = object.metadata as KubeObject['metadata'] & {ownerReferences?: unknown}
  const spec = object.spec as Readonly<Record<string, unknown>>
  const template = {
    metadata: {labels: byPerson(metadata.labels), annotations: byPerson(metadata.annotations)},
    spec: {
      ...spec,
      containers: withoutInjected(spec.containers),
      initContainers: withoutInjected(spec.initContainers) ?? [],
    },
  }
  const apiVersion = kindOf(kind)?.apiVersion ?? 'v1'
  const inside = {selector: {matchLabels: {}}, template}
  return {
    apiVersion,
    kind,
    metadata: {name, namespace},
    spec: kind === 'CronJob' ? {schedule: '@daily', jobTemplate: {spec: {template}}} : inside,
  }
}

type Parts = {metadata: {labels: object; annotations: object}; spec: Record<string, unknown>}

function templateIn(object: KubeObject): Parts {
  const spec = object.spec as {template?: Parts; jobTemplate?: {spec: {template: Parts}}}
  const found = spec.template ?? spec.jobTemplate?.spec.template
  if (found === undefined) throw new Error(`${object.kind} has no template`)
  return found
}

/** The list of a pod with those a person wrote exchanged for others, in their order. */
function interleaved(list: unknown, own: unknown): unknown {
  const rest = [...(own as readonly unknown[])]
  return (list as readonly {name: string}[]).map(each => (isInjectedName(each.name) ? each : rest.shift()))
}

/** The pod its owner would make once its template is changed: what injection added stays. */
function podOf(pod: KubeObject, owner: KubeObject): KubeObject {
  const {metadata, spec} = templateIn(owner)
  const written = (map: object | undefined) =>
    Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => WRITTEN.test(key)))
  const held = pod.spec as Record<string, unknown>
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: {...written(pod.metadata.labels), ...metadata.labels},
      annotations: {...written(pod.metadata.annotations), ...metadata.annotations},
    },
    spec: {
      ...spec,
      containers: interleaved(held.containers, spec.containers),
      initContainers: interleaved(held.initContainers ?? [], spec.initContainers),
    },
  }
}

/** A source in which one object is another. */
function replaced(source: Source, object: KubeObject): Source {
  const isIt = (each: KubeObject) =>
    each.kind === object.kind &&
    each.metadata.name === object.metadata.name &&
    (each.metadata.namespace ?? '') === (object.metadata.namespace ?? '')
  return {
    ...source,
    async objects(query): Promise<Answer<readonly KubeObject[]>> {
      const held = await source.objects(query)
      return held.ok ? {...held, value: held.value.map(each => (isIt(each) ? object : each))} : held
    },
  }
}

async function checked(source: Source, object: KubeObject, rules: readonly MeshRule[]): Promise<CheckReport> {
  return await checkReport(source, [object], {
    rules,
    failOn: 'info',
    istioNamespace: 'istio-system',
    deep: true,
    now: new Date('2026-11-20T19:00:00Z'),
  })
}

function line({code, object, path, message}: Finding): string {
  return [code, objectLabel(object), path ?? '-', message].join(' ')
}

/** Every patch that a case's rule offers, made on the object it is for, and all rules asked again about the template it came from. */
export async function fixedCase(sample: Source, rule: MeshRule, given: RuleCase): Promise<readonly FixedCase[]> {
  const source = await changedSource(sample, given)
  const subject = await subjectOf(await changedSource(sample, {...given, podOnly: false}), given)
  const rules = withParameters(RULES, given.set === undefined ? {} : {[rule.code]: given.set}, 'case')
  const own = rules.filter(({code}) => code === rule.code)
  const template = templateOf(subject)
  const findings = (await checked(source, subject, own)).workloads.flatMap(each => each.findings)
  const results: FixedCase[] = []
  for (const finding of findings) {
    if (finding.patch === undefined) continue
    const {kind, namespace, name} = finding.object
    const ofTemplate = kind === template.kind && name === template.metadata.name
    const held = await source.objects({kind, name, ...(namespace === '' ? {} : {namespace})})
    const before = ofTemplate ? template : held.ok ? held.value[0] : undefined
    if (before === undefined) throw new Error(`${given.name}: no ${objectLabel(finding.object)} to patch`)
    const steps = completed(finding.patch, before)
    const after = structuredClone(before)
    const failures = applyPatch(after, structuredClone(steps) as Parameters<typeof applyPatch>[1])
      .filter(error => error !== null)
      .map(error => `${error.name}: ${error.message}`)
    const mine = line(finding)
    const asked = async (on: Source, object: KubeObject) =>
      (await checked(on, object, rules)).workloads.flatMap(each => each.findings)
    const ofOwner = await asked(source, template)
    // What only a running pod shows is asked about the pod that the changed template would give.
    const live = !ofOwner.map(line).includes(mine)
    const found = live ? await asked(source, subject) : ofOwner
    const again = !ofTemplate ? (live ? subject : template) : live ? podOf(subject, after) : after
    const left = await asked(replaced(ofTemplate ? source : replaced(source, after), again), again)
    const lines = found.map(line)
    results.push({
      finding: {...finding, patch: steps},
      before,
      after,
      failures,
      found: lines,
      left: left.map(line),
      fresh: left.filter(each => !lines.includes(line(each))).map(each => `${each.severity} ${line(each)}`),
      mine,
    })
  }
  return results
}
