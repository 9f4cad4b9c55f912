import type {InjectionPrediction} from '../../../evidence/injection/prediction.js'
import type {Gap} from '../../../model/answer.js'
import {type Finding, type NotChecked, SEVERITIES} from '../../../model/finding.js'
import {byText} from '../../../model/order.js'
import {type ObjectRef, objectLabel, type PodModel} from '../../../model/pod.js'
import type {Outcome} from './check-pod.js'

/** One workload and what was asked about it; replicas are one. */
export interface CheckedWorkload {
  readonly workload: ObjectRef
  readonly pods: readonly string[]
  readonly findings: readonly Finding[]
  readonly notChecked: readonly NotChecked[]
  readonly passed: number
  /** Of a manifest: whether its pods would get a sidecar. */
  readonly injection?: InjectionPrediction
}

/** What became of pods, gathered by workload as they are checked; nothing else of a pod is kept. */
export interface Tally {
  add(pod: PodModel, outcomes: readonly Outcome[], injection?: InjectionPrediction): void
  /** The workloads in order of their names; the same whatever the order in which pods came. */
  workloads(): readonly CheckedWorkload[]
}

/** Something several pods share, as the first of them by name has it. */
interface Shared<T> {
  of: string
  value: T
  /** So many of the group's first pods share it; most things are shared by all, and need no list of their own. */
  first: number
  /** The names, once a pod came that does not share it. */
  pods?: string[]
}

interface Group {
  readonly workload: ObjectRef
  readonly pods: string[]
  readonly findings: Map<string, Shared<Finding>>
  readonly notChecked: Map<string, Shared<{readonly rule: string; readonly gap: Gap}>>
  /** By the place of the rule among the outcomes: 0 not asked, 1 passed by every pod so far, 2 not. */
  readonly asked: Uint8Array
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

function noteName(known: Shared<unknown>, name: string, ofGroup: readonly string[]): void {
  if (known.pods === undefined) {
    if (known.first === ofGroup.length - 1) {
      known.first += 1
      return
    }
    known.pods = ofGroup.slice(0, known.first)
  }
  if (known.pods.at(-1) !== name) known.pods.push(name)
}

/** Notes that the pod, the last of its group unless it is a template, shares something. */
function share<T>(
  held: Map<string, Shared<T>>,
  key: string,
  value: T,
  {object: {name}, exists}: PodModel,
  group: Group,
) {
  const known: Shared<T> = held.get(key) ?? {of: name, value, first: 0}
  held.set(key, known)
  if (exists) noteName(known, name, group.pods)
  if (byText(name, known.of) < 0) Object.assign(known, {of: name, value})
}

function gathered({workload, pods, findings, notChecked, asked, injection}: Group): CheckedWorkload {
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
    passed: asked.reduce((sum, each) => (each === PASSED ? sum + 1 : sum), 0),
    ...(injection === undefined ? {} : {injection}),
  }
}

/** An empty tally; every pod added must have been asked the same rules in the same order. */
export function openTally(): Tally {
  const groups = new Map<string, Group>()
  const open = new Map<string, {readonly rule: string; readonly gap: Gap}>()

  /** One object for gaps of a rule that say the same: a fleet has as many as pods times rules. */
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
    const asked = new Uint8Array(rules)
    const made: Group = {workload, pods: [], findings: new Map(), notChecked: new Map(), asked}
    groups.set(key, made)
    return made
  }

  return {
    add: (pod, outcomes, injection) => {
      const group = groupOf(pod, outcomes.length)
      if (injection !== undefined) group.injection ??= injection
      const {workload, findings, notChecked, asked} = group
      if (pod.exists) group.pods.push(pod.object.name)
      outcomes.forEach((outcome, index) => {
        const {code, slug} = outcome.rule
        if (outcome.kind === 'not-applicable') return
        if (outcome.kind !== 'passed') asked[index] = NOT_PASSED
        else if (asked[index] !== NOT_PASSED) asked[index] = PASSED
        if (outcome.kind === 'found') {
          for (const each of outcome.findings) share(findings, keyOf(each), {...each, workload}, pod, group)
        }
        if ('gap' in outcome && outcome.gap !== undefined) {
          share(notChecked, code, one(slug, outcome.gap), pod, group)
        }
      })
    },
    workloads: () => [...groups.entries()].sort(([a], [b]) => byText(a, b)).map(([, group]) => gathered(group)),
  }
}
