import type {Gap} from '../../model/answer.js'
import {type Finding, type NotChecked, SEVERITIES} from '../../model/finding.js'
import {byText} from '../../model/order.js'
import {type ObjectRef, objectLabel, type PodModel} from '../../model/pod.js'
import type {Outcome} from './evaluate.js'

/** One workload and what was asked about it; replicas are one. */
export interface CheckedWorkload {
  readonly workload: ObjectRef
  readonly pods: readonly string[]
  readonly findings: readonly Finding[]
  readonly notChecked: readonly NotChecked[]
  readonly passed: number
}

/** What became of pods, gathered by workload as they are checked; nothing else of a pod is kept. */
export interface Tally {
  add(pod: PodModel, outcomes: readonly Outcome[]): void
  /** The workloads in order of their names; the same whatever the order in which pods came. */
  workloads(): readonly CheckedWorkload[]
}

/** Something several pods share: as the first of them by name has it, with the names of all. */
interface Shared<T> {
  of: string
  value: T
  readonly pods: string[]
}

interface Group {
  readonly workload: ObjectRef
  readonly pods: string[]
  readonly findings: Map<string, Shared<Finding>>
  readonly notChecked: Map<string, Shared<NotChecked>>
  /** By the place of the rule among the outcomes: 0 not asked, 1 passed by every pod so far, 2 not. */
  readonly asked: Uint8Array
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

function share<T>(held: Map<string, Shared<T>>, key: string, value: T, pod: PodModel): void {
  const {name} = pod.object
  const known = held.get(key)
  const names = pod.exists ? [name] : []
  if (known === undefined) {
    held.set(key, {of: name, value, pods: names})
    return
  }
  known.pods.push(...names)
  if (byText(name, known.of) < 0) Object.assign(known, {of: name, value})
}

function gathered({workload, pods, findings, notChecked, asked}: Group): CheckedWorkload {
  const all = [...pods].sort(byText)
  // Most questions are open for every pod alike, so their lists of pods are one list.
  const names = (some: readonly string[]) => (some.length === all.length ? all : [...some].sort(byText))
  return {
    workload,
    pods: all,
    findings: [...findings.values()].map(each => ({...each.value, pods: names(each.pods)})).sort(bySeverity),
    notChecked: [...notChecked.values()]
      .map(each => ({...each.value, pods: names(each.pods)}))
      .sort((a, b) => byText(a.code, b.code)),
    passed: asked.reduce((sum, each) => (each === PASSED ? sum + 1 : sum), 0),
  }
}

/** An empty tally; every pod added must have been asked the same rules in the same order. */
export function openTally(): Tally {
  const groups = new Map<string, Group>()
  const gaps = new Map<string, Gap>()

  /** One object for gaps that say the same: a fleet has as many as pods times rules. */
  function one(gap: Gap): Gap {
    const key = [gap.what, gap.reason, gap.detail, gap.hint].join('\u0000')
    const known = gaps.get(key) ?? gap
    gaps.set(key, known)
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
    add: (pod, outcomes) => {
      const group = groupOf(pod, outcomes.length)
      const {workload, findings, notChecked, asked} = group
      if (pod.exists) group.pods.push(pod.object.name)
      outcomes.forEach((outcome, index) => {
        const {code, slug} = outcome.rule
        if (outcome.kind === 'not-applicable') return
        if (outcome.kind !== 'passed') asked[index] = NOT_PASSED
        else if (asked[index] !== NOT_PASSED) asked[index] = PASSED
        if (outcome.kind === 'found') {
          for (const each of outcome.findings) share(findings, keyOf(each), {...each, workload}, pod)
        }
        if (outcome.kind === 'not-checked') {
          share(notChecked, code, {code, rule: slug, workload, pods: [], gap: one(outcome.gap)}, pod)
        }
      })
    },
    workloads: () => [...groups.entries()].sort(([a], [b]) => byText(a, b)).map(([, group]) => gathered(group)),
  }
}
