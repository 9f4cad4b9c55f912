import type {InjectionPrediction} from '../../../evidence/injection/prediction.js'
import type {Gap} from '../../../model/evidence/answer.js'
import {type Finding, type NotChecked, SEVERITIES} from '../../../model/finding.js'
import {type ObjectRef, objectLabel, type PodModel} from '../../../model/kube/pod.js'
import {byText} from '../../../model/text/order.js'
import type {RuleOutcome} from './check-pod.js'

/** One workload with the outcomes of its replicas. */
export interface CheckedWorkload {
  readonly workload: ObjectRef
  readonly pods: readonly string[]
  readonly findings: readonly Finding[]
  readonly notChecked: readonly NotChecked[]
  readonly passed: number
  /** Of a manifest: whether its pods would get a sidecar. */
  readonly injection?: InjectionPrediction
  /** True for an object of the mesh configuration, which has no pods. */
  readonly configuration?: true
}

/** Collects the outcomes of pods by workload; nothing else of a pod is kept. */
export interface Aggregator {
  add(pod: PodModel, outcomes: readonly RuleOutcome[], injection?: InjectionPrediction): void
  /** The workloads by name, independent of the order of the pods. */
  workloads(): readonly CheckedWorkload[]
}

/** A value several pods share, from the first of them by name. */
interface Shared<T> {
  of: string
  value: T
  /** The number of the group's first pods that share it; no list is needed while all do. */
  first: number
  /** The names, once a pod does not share it. */
  pods?: string[]
}

interface Group {
  readonly workload: ObjectRef
  readonly pods: string[]
  readonly findings: Map<string, Shared<Finding>>
  readonly notChecked: Map<string, Shared<{readonly rule: string; readonly gap: Gap}>>
  /** By index of the rule: 0 not evaluated, 1 passed by every pod so far, 2 not passed. */
  readonly passedByRule: Uint8Array
  injection?: InjectionPrediction
}

const PASSED = 1
const NOT_PASSED = 2

function keyOf({code, object, path, message}: Finding): string {
  return [code, objectLabel(object), path, message].join('\u0000')
}

function bySeverity(a: Finding, b: Finding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    byText(a.code, b.code) ||
    byText(a.path ?? '', b.path ?? '') ||
    byText(a.message, b.message)
  )
}

function addName(known: Shared<unknown>, name: string, ofGroup: readonly string[]): void {
  if (known.pods === undefined) {
    if (known.first === ofGroup.length - 1) {
      known.first += 1
      return
    }
    known.pods = ofGroup.slice(0, known.first)
  }
  if (known.pods.at(-1) !== name) known.pods.push(name)
}

/** Records that the pod, the last of its group unless it is a template, shares the value. */
function share<T>(
  held: Map<string, Shared<T>>,
  key: string,
  value: T,
  {object: {name}, exists}: PodModel,
  group: Group,
) {
  const known: Shared<T> = held.get(key) ?? {of: name, value, first: 0}
  held.set(key, known)
  if (exists) addName(known, name, group.pods)
  if (byText(name, known.of) < 0) Object.assign(known, {of: name, value})
}

function checkedWorkload({workload, pods, findings, notChecked, passedByRule, injection}: Group): CheckedWorkload {
  const all = [...pods].sort(byText)
  const names = ({first, pods: some = pods.slice(0, first)}: Shared<unknown>) =>
    some.length === all.length ? all : [...some].sort(byText)
  return {
    workload,
    pods: all,
    findings: [...findings.values()].map(each => ({...each.value, pods: names(each)})).sort(bySeverity),
    notChecked: [...notChecked.entries()]
      .map(([code, each]) => ({code, rule: each.value.rule, workload, pods: names(each), gap: each.value.gap}))
      .sort((a, b) => byText(a.code, b.code)),
    passed: passedByRule.reduce((sum, each) => (each === PASSED ? sum + 1 : sum), 0),
    injection,
  }
}

/** An empty aggregator; the outcomes of every pod must be of the same rules in the same order. */
export function createAggregator(): Aggregator {
  const groups = new Map<string, Group>()
  const open = new Map<string, {readonly rule: string; readonly gap: Gap}>()

  /** One object for equal gaps of a rule: a fleet has as many as pods times rules. */
  function one(rule: string, gap: Gap): {readonly rule: string; readonly gap: Gap} {
    const key = [rule, gap.what, gap.reason, gap.detail, gap.hint].join('\u0000')
    const known = open.get(key) ?? {rule, gap}
    open.set(key, known)
    return known
  }

  function groupOf({workload}: PodModel, rules: number): Group {
    const key = objectLabel(workload)
    const known = groups.get(key)
    if (known !== undefined) return known
    const passedByRule = new Uint8Array(rules)
    const made: Group = {workload, pods: [], findings: new Map(), notChecked: new Map(), passedByRule}
    groups.set(key, made)
    return made
  }

  return {
    add: (pod, outcomes, injection) => {
      const group = groupOf(pod, outcomes.length)
      if (injection !== undefined) group.injection ??= injection
      const {workload, findings, notChecked, passedByRule} = group
      if (pod.exists) group.pods.push(pod.object.name)
      outcomes.forEach((outcome, index) => {
        const {code, slug} = outcome.rule
        if (outcome.kind === 'not-applicable') return
        if (outcome.kind !== 'passed') passedByRule[index] = NOT_PASSED
        else if (passedByRule[index] !== NOT_PASSED) passedByRule[index] = PASSED
        if (outcome.kind === 'found') {
          for (const each of outcome.findings) share(findings, keyOf(each), {...each, workload}, pod, group)
        }
        if ('gap' in outcome && outcome.gap !== undefined) {
          share(notChecked, code, one(slug, outcome.gap), pod, group)
        }
      })
    },
    workloads: () => [...groups.entries()].sort(([a], [b]) => byText(a, b)).map(([, group]) => checkedWorkload(group)),
  }
}
