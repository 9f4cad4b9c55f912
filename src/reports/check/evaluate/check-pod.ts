import {podMode} from '../../../analysis/pod-mode/pod-mode.js'
import type {InjectionPrediction} from '../../../evidence/injection/prediction.js'
import type {Gap} from '../../../model/evidence/answer.js'
import type {Finding} from '../../../model/finding.js'
import {parseIstioVersion} from '../../../model/istio/istio-version.js'
import {isMachine, isOutsideKubernetes} from '../../../model/kube/container-facts.js'
import {injectedContainer, isOver, type ObjectRef, objectLabel, type PodModel} from '../../../model/kube/pod.js'
import type {Labels} from '../../../model/kube/selector.js'
import type {FactName, Facts, Workload} from '../../../rules/facts.js'
import {type Found, INCONCLUSIVE, Inconclusive, type MeshRule} from '../../../rules/rule.js'
import {acceptedByAnnotations} from '../../../rules/suppression.js'
import {settingsOf} from '../../../rules/team-parameters.js'
import {factResolver} from '../facts/book.js'
import type {CheckRun, FactResolver} from '../facts/context.js'

/** The name of the container a path is in, such as `spec.template.spec.containers[0].ports`; undefined for a path of the pod itself. */
function containerOf({specPath, containers}: PodModel, path: string): string | undefined {
  return containers.find(({path: own}) => {
    const numbered = `${specPath}.${own}`
    return path === numbered || path.startsWith(`${numbered}.`)
  })?.name
}

/** The outcome of one rule for one pod. */
export type RuleOutcome =
  | {readonly rule: MeshRule; readonly kind: 'passed' | 'not-applicable'}
  /** With a gap when a part of the condition could not be checked. */
  | {readonly rule: MeshRule; readonly kind: 'found'; readonly findings: readonly Finding[]; readonly gap?: Gap}
  | {readonly rule: MeshRule; readonly kind: 'not-checked'; readonly gap: Gap}

/** The two outcomes without details, one object per rule: a fleet has hundreds of thousands of them. */
const PLAIN_OUTCOMES = new WeakMap<MeshRule, Readonly<Record<'passed' | 'not-applicable', RuleOutcome>>>()

function plainOutcome(rule: MeshRule, kind: 'passed' | 'not-applicable'): RuleOutcome {
  const known = PLAIN_OUTCOMES.get(rule) ?? {
    passed: {rule, kind: 'passed'},
    'not-applicable': {rule, kind: 'not-applicable'},
  }
  PLAIN_OUTCOMES.set(rule, known)
  return known[kind]
}

/** Why a finding of the rule is accepted: annotations of the pod, its workload, or the Service or Namespace it is about name the rule. */
function acceptedBy(rule: MeshRule, annotations: readonly Labels[]): string | undefined {
  for (const each of annotations) {
    const accepted = acceptedByAnnotations(rule, each)
    if (accepted !== undefined) return accepted
  }
  return undefined
}

/** The annotations of the Service or Namespace a finding is about, as far as they were read. */
async function annotationsOf(object: ObjectRef, book: FactResolver): Promise<readonly Labels[]> {
  if (object.kind === 'Service') {
    const services = await book.fact('services')
    const found = services.ok ? services.value.filter(each => objectLabel(each.object) === objectLabel(object)) : []
    return found.map(({annotations}) => annotations)
  }
  if (object.kind !== 'Namespace') return []
  const namespace = await book.fact('namespace')
  return namespace.ok && namespace.value.name === object.name ? [namespace.value.annotations] : []
}

async function finding(rule: MeshRule, {pod}: Workload, found: Found, book: FactResolver): Promise<Finding> {
  const container = found.path === undefined ? undefined : containerOf(pod, found.path)
  const others = found.object === undefined ? [] : await annotationsOf(found.object, book)
  const accepted = acceptedBy(rule, [pod.annotations, pod.ownerAnnotations, ...others])
  return {
    code: rule.code,
    rule: rule.slug,
    severity: found.severity ?? rule.severity,
    title: rule.title,
    object: found.object ?? pod.workload,
    workload: pod.workload,
    pods: pod.exists ? [pod.object.name] : [],
    // Fields of a pod spec are none of a compose file, a process or a WorkloadEntry.
    path: isOutsideKubernetes(pod) || isMachine(pod) ? undefined : found.path,
    message: found.message,
    why: rule.why,
    fix: found.fix ?? rule.fix,
    proof: found.proof ?? [],
    provenance: book.provenance([...rule.needs, ...(rule.uses ?? []), ...(rule.needsToPass ?? [])]),
    container,
    patch: found.patch,
    accepted,
  }
}

const MACHINE_NOT_READ: Gap = {
  what: 'the machine itself',
  reason: 'not-captured',
  detail: 'a WorkloadEntry does not show users, rules, sockets and logs: meshctl check --from ssh:HOST reads them',
}

async function evaluate(rule: MeshRule, workload: Workload, book: FactResolver): Promise<RuleOutcome> {
  if (!rule.modes.includes(workload.mode)) return plainOutcome(rule, 'not-applicable')
  if (rule.outsideKubernetes !== true && isOutsideKubernetes(workload.pod)) return plainOutcome(rule, 'not-applicable')
  if (
    isMachine(workload.pod) ? rule.machines === undefined && rule.outsideKubernetes !== true : rule.machines === 'only'
  )
    return plainOutcome(rule, 'not-applicable')
  if (isMachine(workload.pod) && rule.machines === undefined) return {rule, kind: 'not-checked', gap: MACHINE_NOT_READ}
  if (workload.pod.nonLinuxOs !== undefined && rule.anyOs !== true) return plainOutcome(rule, 'not-applicable')
  if (isOver(workload.pod) && rule.includeTerminated !== true) return plainOutcome(rule, 'not-applicable')
  const answers = await Promise.all(rule.needs.map(async name => [name, await book.fact(name)] as const))
  const facts: Partial<Record<FactName, unknown>> = {}
  for (const [name, answer] of answers) {
    if (!answer.ok) {
      if (answer.gap.reason === 'not-applicable') return plainOutcome(rule, 'not-applicable')
      return {rule, kind: 'not-checked', gap: answer.gap}
    }
    facts[name] = answer.value
  }
  for (const name of rule.uses ?? []) {
    const answer = await book.fact(name)
    if (answer.ok) facts[name] = answer.value
  }
  let unknown: Gap | undefined
  for (const name of rule.needsToPass ?? []) {
    const answer = await book.fact(name)
    if (answer.ok) facts[name] = answer.value
    else if (answer.gap.reason !== 'not-applicable') unknown ??= answer.gap
  }
  let found: readonly Found[]
  try {
    found = rule.check(workload, facts as Facts, settingsOf(rule))
  } catch (error) {
    if (!(error instanceof Inconclusive)) throw error
    return {
      rule,
      kind: 'not-checked',
      gap: {what: INCONCLUSIVE, reason: error.reason, detail: error.message},
    }
  }
  if (found.length > 0) {
    const findings = await Promise.all(found.map(each => finding(rule, workload, each, book)))
    return {rule, kind: 'found', findings, gap: unknown}
  }
  return unknown === undefined ? plainOutcome(rule, 'passed') : {rule, kind: 'not-checked', gap: unknown}
}

/** Evaluates every rule for one pod; for a template, with the predicted injection. */
export async function checkPod(
  run: CheckRun,
  pod: PodModel,
  rules: readonly MeshRule[],
  predicted: InjectionPrediction | undefined,
): Promise<readonly RuleOutcome[]> {
  const version = parseIstioVersion(injectedContainer(pod, 'istio-proxy')?.image)
  const workload: Workload = {
    pod,
    mode: predicted?.mode ?? podMode(pod),
    predicted: predicted !== undefined,
    at: run.at,
    version,
  }
  const book = factResolver(run, workload)
  return await Promise.all(rules.map(rule => evaluate(rule, workload, book)))
}
