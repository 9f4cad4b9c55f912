import type {ObjectRef} from '../kube/pod.js'
import type {Labels} from '../kube/selector.js'

/** Values of one field and of its `not` twin; an empty list says nothing. */
export interface ValuePair {
  readonly values: readonly string[]
  readonly notValues: readonly string[]
}

export const SOURCE_FIELDS = [
  'principals',
  'requestPrincipals',
  'serviceAccounts',
  'trustDomains',
  'namespaces',
  'remoteIpBlocks',
  'ipBlocks',
] as const
export const OPERATION_FIELDS = ['hosts', 'methods', 'paths', 'ports'] as const

export type SourceField = (typeof SOURCE_FIELDS)[number]
export type OperationField = (typeof OPERATION_FIELDS)[number]

export type AuthorizationSource = Readonly<Partial<Record<SourceField, ValuePair>>>
export type AuthorizationOperation = Readonly<Partial<Record<OperationField, ValuePair>>>

export interface AuthorizationCondition extends ValuePair {
  readonly key: string
}

/** One rule of an AuthorizationPolicy: a source, an operation and every condition must fit; empty lists fit anything. */
export interface AuthorizationRule {
  readonly from: readonly AuthorizationSource[]
  readonly to: readonly AuthorizationOperation[]
  readonly when: readonly AuthorizationCondition[]
}

export interface PolicyTarget {
  readonly kind: string
  readonly name: string
  readonly namespace: string
}

export type AuthorizationAction = 'ALLOW' | 'DENY' | 'AUDIT' | 'CUSTOM'

/** What CUSTOM policies of a provider do: it is asked, what they match is refused, or they are left out (an HTTP provider on TCP). */
export type ProviderUse = 'asked' | 'refused' | 'ignored'

/** An AuthorizationPolicy in full (istio.io, "Authorization Policy"). */
export interface Authorization {
  readonly object: ObjectRef
  readonly createdAt: string
  readonly selector: Labels | undefined
  /** Set for a selector without labels: it selects every sidecar, and no pod at ztunnel. */
  readonly emptySelector?: true
  readonly targets: readonly PolicyTarget[]
  readonly action: AuthorizationAction
  readonly provider: string
  readonly dryRun: boolean
  readonly rules: readonly AuthorizationRule[]
}

const HTTP_CONDITION = /^request\./

/** Whether a field or condition key says something only HTTP has. */
export function isHttpOnly(field: string): boolean {
  return ['hosts', 'methods', 'paths', 'requestPrincipals'].includes(field) || HTTP_CONDITION.test(field)
}

/** What istiod sends to ztunnel: of sources and operations, and of conditions (Istio, pilot/pkg/serviceregistry/kube/controller/ambient/authorization.go). */
const AT_ZTUNNEL: ReadonlySet<string> = new Set([
  ...['principals', 'namespaces', 'serviceAccounts', 'ipBlocks', 'ports'],
  ...['source.ip', 'source.namespace', 'source.principal', 'destination.ip', 'destination.port'],
])

/** Whether ztunnel gets a field or condition key of a rule, so that it can compare it. */
export function reachesZtunnel(field: string): boolean {
  return AT_ZTUNNEL.has(field)
}

/** The name of a rule in Envoy's configuration. */
export function ruleKey({object}: Pick<Authorization, 'object'>, index: number): string {
  return `ns[${object.namespace}]-policy[${object.name}]-rule[${index}]`
}
