import type {GapReason} from '../model/answer.js'
import type {PatchStep, Proof, Severity} from '../model/finding.js'
import type {ObjectRef} from '../model/pod.js'
import type {PodMode} from '../model/pod-mode.js'
import {FACT_LABELS, type FactName, type Facts, type Workload} from './facts.js'
import type {Parameters, ParameterValue, Settings} from './parameter.js'

/** What a rule found in one workload; what is left out comes from the rule and the workload. */
export interface Found {
  readonly message: string
  readonly severity?: Severity
  /** The object to change when it is not the workload. */
  readonly object?: ObjectRef
  /** Where in that object. */
  readonly path?: string
  readonly proof?: readonly Proof[]
  readonly fix?: string
  readonly patch?: readonly PatchStep[]
}

/** One thing a mesh workload must obey. */
export interface Rule<
  N extends FactName = FactName,
  U extends FactName = FactName,
  P extends Parameters = Parameters,
  W extends FactName = FactName,
> {
  /** `MCTnnnn`, never used again for another rule. */
  readonly code: string
  readonly slug: string
  /** Codes of Istio's analyzers with the same meaning. */
  readonly aliases: readonly string[]
  /** The usual severity; a finding may differ. */
  readonly severity: Severity
  readonly title: string
  readonly why: string
  readonly fix: string
  /** Pages to read. */
  readonly references: readonly string[]
  /** Releases it holds for, when not all. */
  readonly versions?: string
  /** Pods it makes sense for. */
  readonly modes: readonly PodMode[]
  /** True for a rule that also makes sense where the pod runs on another system than Linux. */
  readonly anySystem?: true
  /** Asked of pods that have ended or are ending, too; others look at what lives. */
  readonly alsoWhenOver?: boolean
  /** Without these it is not checked. */
  readonly needs: readonly N[]
  /** Without these what it finds stands, but the rest of its condition is not checked: finding nothing is not enough to pass. */
  readonly passesWith?: readonly W[]
  /** These make its findings better where they are known. */
  readonly uses?: readonly U[]
  /** What a team may set for it. */
  readonly parameters?: P
  /** What a team has set; the rest has its default. */
  readonly settings?: Readonly<Record<string, ParameterValue>>
  check(
    workload: Workload,
    facts: Pick<Facts, N> & Partial<Pick<Facts, U | W>>,
    settings: Settings<P>,
  ): readonly Found[]
}

/** Keeps the facts and parameters of a rule in its type, so that it cannot read what it did not ask for. */
export function defineRule<
  const N extends FactName,
  const U extends FactName = never,
  const P extends Parameters = Parameters,
  const W extends FactName = never,
>(rule: Rule<N, U, P, W>): Rule<N, U, P, W> {
  return rule
}

/** What the rule asks for beside the pod, in words; `alone` where that is nothing. */
export function neededFacts({needs, passesWith = []}: Pick<Rule, 'needs' | 'passesWith'>, alone: string): string {
  const [all, rest] = [needs, passesWith].map(names => names.map(name => FACT_LABELS[name]).join(', '))
  if (rest === '') return all || alone
  return `${all || alone}; to be in order also ${rest}`
}

/** Pages rules refer to more than once. */
export const PAGES = {
  requirements: 'https://istio.io/latest/docs/ops/deployment/application-requirements/',
  protocols: 'https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/',
  probes: 'https://istio.io/latest/docs/ops/configuration/mesh/app-health-check/',
  injection: 'https://istio.io/latest/docs/ops/configuration/mesh/injection-concepts/',
  injecting: 'https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/',
  cni: 'https://istio.io/latest/docs/setup/additional-setup/cni/',
  podSecurity: 'https://istio.io/latest/docs/setup/additional-setup/pod-security-admission/',
  annotations: 'https://istio.io/latest/docs/reference/config/annotations/',
  sidecarContainers: 'https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/',
  standards: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/',
} as const

/**
 * Thrown by a rule that cannot decide about one workload; shown as not checked, with this reason: `unreadable` for what it does not understand,
 * `not-captured` for what nobody gave it.
 */
export class Undecided extends Error {
  readonly reason: GapReason

  constructor(message: string, reason: GapReason = 'unreadable') {
    super(message)
    this.reason = reason
  }
}
