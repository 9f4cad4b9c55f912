import type {Gap} from '../../model/answer.js'
import type {Finding} from '../../model/finding.js'
import {parseIstioVersion} from '../../model/istio-version.js'
import {injectedContainer, isOver, type PodModel} from '../../model/pod.js'
import type {FactName, Facts, Workload} from '../../rules/facts.js'
import {type Found, type Rule, Undecided} from '../../rules/rule.js'
import {settingsOf} from '../../rules/team-parameters.js'
import {containerOf} from './container-of.js'
import {factBook} from './facts/book.js'
import type {CheckRun, FactBook} from './facts/context.js'
import {foreseen} from './foreseen.js'

/** What became of one rule for one pod. */
export type Outcome =
  | {readonly rule: Rule; readonly kind: 'passed' | 'not-applicable'}
  /** With a gap, where a part of the condition could not be checked. */
  | {readonly rule: Rule; readonly kind: 'found'; readonly findings: readonly Finding[]; readonly gap?: Gap}
  | {readonly rule: Rule; readonly kind: 'not-checked'; readonly gap: Gap}

/** The two outcomes that say nothing more, one object per rule: a fleet has hundreds of thousands of them. */
const QUIET = new WeakMap<Rule, Readonly<Record<'passed' | 'not-applicable', Outcome>>>()

function quiet(rule: Rule, kind: 'passed' | 'not-applicable'): Outcome {
  const known = QUIET.get(rule) ?? {passed: {rule, kind: 'passed'}, 'not-applicable': {rule, kind: 'not-applicable'}}
  QUIET.set(rule, known)
  return known[kind]
}

const IGNORE = 'meshctl.io/ignore'

/** Why a finding of the rule is accepted: the pod or its workload names it in the annotation meshctl.io/ignore (`CODE,CODE: reason`). */
function acceptedBy(pod: PodModel, rule: Rule): string | undefined {
  const text = pod.annotations[IGNORE] ?? pod.ownerAnnotations[IGNORE]
  if (text === undefined) return undefined
  const [codes = '', ...reason] = text.split(':')
  const named = codes.split(',').map(code => code.trim())
  if (![rule.code, ...rule.aliases].some(code => named.includes(code))) return undefined
  return `annotation ${IGNORE}${reason.length > 0 ? `: ${reason.join(':').trim()}` : ''}`
}

function finding(rule: Rule, {pod}: Workload, found: Found): Finding {
  const container = found.path === undefined ? undefined : containerOf(pod, found.path)
  const accepted = acceptedBy(pod, rule)
  return {
    code: rule.code,
    rule: rule.slug,
    severity: found.severity ?? rule.severity,
    title: rule.title,
    object: found.object ?? pod.workload,
    workload: pod.workload,
    pods: pod.exists ? [pod.object.name] : [],
    ...(found.path === undefined ? {} : {path: found.path}),
    message: found.message,
    why: rule.why,
    fix: found.fix ?? rule.fix,
    proof: found.proof ?? [],
    ...(container === undefined ? {} : {container}),
    ...(found.patch === undefined ? {} : {patch: found.patch}),
    ...(accepted === undefined ? {} : {accepted}),
  }
}

async function evaluate(rule: Rule, workload: Workload, book: FactBook): Promise<Outcome> {
  if (!rule.modes.includes(workload.mode)) return quiet(rule, 'not-applicable')
  if (workload.pod.foreignSystem !== undefined && rule.anySystem !== true) return quiet(rule, 'not-applicable')
  if (isOver(workload.pod) && rule.alsoWhenOver !== true) return quiet(rule, 'not-applicable')
  const answers = await Promise.all(rule.needs.map(async name => [name, await book.fact(name)] as const))
  const facts: Partial<Record<FactName, unknown>> = {}
  for (const [name, answer] of answers) {
    if (!answer.ok) {
      if (answer.gap.reason === 'not-applicable') return quiet(rule, 'not-applicable')
      return {rule, kind: 'not-checked', gap: answer.gap}
    }
    facts[name] = answer.value
  }
  for (const name of rule.uses ?? []) {
    const answer = await book.fact(name)
    if (answer.ok) facts[name] = answer.value
  }
  let unknown: Gap | undefined
  for (const name of rule.passesWith ?? []) {
    const answer = await book.fact(name)
    if (answer.ok) facts[name] = answer.value
    else if (answer.gap.reason !== 'not-applicable') unknown ??= answer.gap
  }
  let found: readonly Found[]
  try {
    found = rule.check(workload, facts as Facts, settingsOf(rule))
  } catch (error) {
    if (!(error instanceof Undecided)) throw error
    const words = error.reason === 'unreadable' ? 'the condition of' : 'the evidence for'
    return {
      rule,
      kind: 'not-checked',
      gap: {what: `${words} ${rule.code}`, reason: error.reason, detail: error.message},
    }
  }
  if (found.length > 0) {
    const findings = found.map(each => finding(rule, workload, each))
    return {rule, kind: 'found', findings, ...(unknown === undefined ? {} : {gap: unknown})}
  }
  return unknown === undefined ? quiet(rule, 'passed') : {rule, kind: 'not-checked', gap: unknown}
}

/** Asks every rule about one pod. */
export async function checkPod(run: CheckRun, pod: PodModel, rules: readonly Rule[]): Promise<readonly Outcome[]> {
  const version = parseIstioVersion(injectedContainer(pod, 'istio-proxy')?.image)
  const seen = await foreseen(run, pod)
  const workload = version === undefined ? seen : {...seen, version}
  const book = factBook(run, workload)
  return await Promise.all(rules.map(rule => evaluate(rule, workload, book)))
}
