import type {GapReason} from '../model/evidence/answer.js'
import type {PatchStep, Proof, Severity} from '../model/finding.js'
import {MODE_LABELS, type PodMode} from '../model/istio/pod-mode.js'
import type {ObjectRef} from '../model/kube/pod.js'
import {FACT_LABELS, type FactName, type Facts, type Workload} from './facts.js'
import type {Parameters, ParameterValue, Settings} from './parameter.js'
import type {RuleInfo} from './rule-info.js'

/** One problem a rule found in a workload; omitted fields come from the rule and the workload. */
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

/** One check of a mesh workload. */
export interface MeshRule<
  N extends FactName = FactName,
  U extends FactName = FactName,
  P extends Parameters = Parameters,
  W extends FactName = FactName,
> extends RuleInfo {
  /** Releases it applies to, when not all. */
  readonly versions?: string
  /** Pods it applies to. */
  readonly modes: readonly PodMode[]
  /** True for a rule that also applies to containers and processes that no Kubernetes runs. */
  readonly outsideKubernetes?: true
  /** True for a rule that also applies to the machines of WorkloadEntries, since objects alone answer it; `only` for one about nothing else. */
  readonly machines?: true | 'only'
  /** True for a rule that also applies to pods on other operating systems than Linux. */
  readonly anyOs?: true
  /** True for a rule that also checks pods that have terminated or are terminating. */
  readonly includeTerminated?: boolean
  /** Required evidence: without it the rule is not checked. */
  readonly needs: readonly N[]
  /** Evidence for a part of the condition: findings without it count, but without findings the rule is not checked instead of passed. */
  readonly needsToPass?: readonly W[]
  /** Optional evidence that makes findings more precise. */
  readonly uses?: readonly U[]
  /** Values a team may set. */
  readonly parameters?: P
  /** Values a team has set; the others have their default. */
  readonly settings?: Readonly<Record<string, ParameterValue>>
  check(
    workload: Workload,
    facts: Pick<Facts, N> & Partial<Pick<Facts, U | W>>,
    settings: Settings<P>,
  ): readonly Found[]
}

/** Types a rule by its facts and parameters, so that `check` can only read what the rule declares. */
export function defineRule<
  const N extends FactName,
  const U extends FactName = never,
  const P extends Parameters = Parameters,
  const W extends FactName = never,
>(rule: MeshRule<N, U, P, W>): MeshRule<N, U, P, W> {
  return rule
}

/** The evidence the rule needs besides the pod, as text; `alone` when it needs none. */
export function neededFacts({needs, needsToPass = []}: Pick<MeshRule, 'needs' | 'needsToPass'>, alone: string): string {
  const [all, rest] = [needs, needsToPass].map(names => names.map(name => FACT_LABELS[name]).join(', '))
  if (rest === '') return all || alone
  return `${all || alone}; to pass also ${rest}`
}

/** The pods a rule applies to, as text: `pods with a sidecar, ambient pods`. */
export function appliesTo({modes}: Pick<MeshRule, 'modes'>): string {
  return modes.map(mode => MODE_LABELS[mode]).join(', ')
}

/** Pages that several rules refer to. */
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

/** What the gap of an inconclusive rule is called. */
export const INCONCLUSIVE = 'inconclusive'

/**
 * Thrown by a rule that cannot decide for one workload, which is then reported as not checked: `unreadable` for input it cannot interpret,
 * `not-captured` for missing input.
 */
export class Inconclusive extends Error {
  readonly reason: GapReason

  constructor(message: string, reason: GapReason = 'unreadable') {
    super(message)
    this.reason = reason
  }
}
