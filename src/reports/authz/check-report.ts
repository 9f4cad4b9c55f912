import {policiesFor} from '../../analysis/authorization/applying.js'
import type {MeshPod} from '../../analysis/request-path/world.js'
import {type PresentState, presentState} from '../../evidence/predicted-mesh/present.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {UserError} from '../../model/evidence/user-error.js'
import {type Authorization, type AuthorizationAction, isHttpOnly} from '../../model/istio/authorization.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import {podLabel} from '../../model/kube/kube-object.js'
import {byText} from '../../model/text/order.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import {policiesBefore, policiesOfWaypoint, type WaypointPolicies} from './at-waypoints.js'
import {heldRules} from './held-rules.js'
import type {ProxyRule} from './policy-keys.js'

/** One policy of a pod: what the objects say, and what its proxy holds. */
export interface PolicyRow {
  readonly action: AuthorizationAction
  readonly namespace: string
  readonly name: string
  readonly rules: number
  readonly mode: 'enforced' | 'dry-run' | 'no effect'
  readonly standing: 'both' | 'objects only' | 'proxy only' | 'unknown'
  /** What is worth knowing: how it reaches the pod, HTTP fields on TCP ports, why the two differ. */
  readonly notes: readonly string[]
}

export interface AuthzCheckReport extends Report {
  readonly subject: PodRef
  readonly policies: readonly PolicyRow[]
  /** What waypoints in front of the pod apply to clients in ambient mode. */
  readonly atWaypoints: readonly WaypointPolicies[]
}

const ORDER: readonly AuthorizationAction[] = ['CUSTOM', 'DENY', 'ALLOW', 'AUDIT']

function httpFieldsOf({rules}: Authorization): readonly string[] {
  const keys = rules.flatMap(({from, to, when}) => [
    ...[...from, ...to].flatMap(each => Object.keys(each)),
    ...when.map(each => each.key),
  ])
  return [...new Set(keys.filter(isHttpOnly))]
}

function notesOf(
  policy: Authorization,
  tcpPorts: readonly number[],
  rootNamespace: string,
  ambient: boolean,
): readonly string[] {
  const http = httpFieldsOf(policy)
  const ports = tcpPorts.join(', ')
  const reach =
    policy.object.namespace === rootNamespace
      ? ['of the root namespace']
      : policy.selector === undefined && policy.targets.length === 0
        ? ['namespace-wide']
        : []
  const tcp = ambient
    ? httpNotes(policy, http, 'at ztunnel', true)
    : httpNotes(policy, tcpPorts.length === 0 ? [] : http, `on TCP port ${ports}`, false)
  const empty =
    policy.rules.length > 0
      ? []
      : [
          policy.action === 'ALLOW'
            ? 'without rules: matches nothing, so everything is denied'
            : 'without rules: has no effect',
        ]
  return [...reach, ...empty, ...tcp]
}

/** Why istiod sends a policy to no ztunnel. */
function unsentBecause({action, dryRun}: Authorization): string | undefined {
  if (dryRun) return 'ztunnel knows no dry runs'
  return action === 'ALLOW' || action === 'DENY' ? undefined : `ztunnel does not get ${action} policies`
}

function named(rule: {readonly namespace: string; readonly name: string}): string {
  return `${rule.namespace}/${rule.name}`
}

function applyingPolicies(present: PresentState, pod: MeshPod): readonly Authorization[] {
  const {authorizations, settings} = present.state
  const subject = {namespace: pod.ref.namespace, labels: pod.labels}
  const own = policiesFor(subject, authorizations, settings.rootNamespace)
  return pod.mode === 'waypoint' ? [...new Set([...own, ...policiesOfWaypoint(present, pod)])] : own
}

/** HTTP fields where something decides that knows connections alone: TCP ports of a proxy, or ztunnel. */
function httpNotes(
  {action}: Authorization,
  fields: readonly string[],
  where: string,
  atZtunnel: boolean,
): readonly string[] {
  if (fields.length === 0) return []
  if (action === 'ALLOW') return [`${where} its rules with ${fields.join(', ')} never match`]
  return [
    atZtunnel
      ? `${where} ${fields.join(', ')} are left out, and what consists of nothing else never matches`
      : `${where} ${fields.join(', ')} do not count: its rules are wider there`,
  ]
}

/** The AuthorizationPolicies of a pod, by the objects and by its proxy (istioctl x authz check, and what it leaves out). */
export async function authzCheckReport(
  given: Source,
  subject: PodRef,
  istioNamespace: string,
): Promise<AuthzCheckReport> {
  const source = noted(given)
  const present = await presentState(source, istioNamespace)
  const pod = present.pods.find(({ref}) => ref.name === subject.name && ref.namespace === subject.namespace)
  const read = await heldRules(source, subject, pod, istioNamespace)
  if (pod === undefined && !read.ok)
    throw new UserError(`neither the object nor the proxy of ${podLabel(subject)} could be read`)
  const {rootNamespace} = present.state.settings
  const applying = pod === undefined ? [] : applyingPolicies(present, pod)
  const held = read.ok ? read.value : []
  const ambient = pod?.mode === 'ambient'
  const tcpPorts = pod === undefined || pod.mode === 'waypoint' ? [] : tcpPortsOf(present, pod.addresses[0] ?? '')
  const mine = new Set(applying.map(each => named(each.object)))
  const rows = applying.map((policy): PolicyRow => {
    const there = held.some(each => named(each) === named(policy.object))
    const unsent = ambient ? unsentBecause(policy) : undefined
    const invisible = unsent !== undefined || (policy.rules.length === 0 && policy.action !== 'ALLOW')
    return {
      action: policy.action,
      namespace: policy.object.namespace,
      name: policy.object.name,
      rules: policy.rules.length,
      mode: policy.dryRun ? 'dry-run' : unsent === undefined ? 'enforced' : 'no effect',
      standing:
        unsent !== undefined ? 'objects only' : read.ok ? (there || invisible ? 'both' : 'objects only') : 'unknown',
      notes: [
        ...notesOf(policy, tcpPorts, rootNamespace, ambient),
        ...(unsent === undefined ? [] : [unsent]),
        ...(read.ok && !there && !invisible
          ? [`not in ${ambient ? 'ztunnel' : 'the proxy'}: stale configuration, or rejected`]
          : []),
      ],
    }
  })
  const others = new Map(held.filter(each => !mine.has(named(each))).map(each => [named(each), each] as const))
  const foreign = [...others.values()].map((rule: ProxyRule): PolicyRow => {
    const exists = present.state.authorizations.some(each => named(each.object) === named(rule))
    return {
      action: rule.action,
      namespace: rule.namespace,
      name: rule.name,
      rules: new Set(held.filter(each => named(each) === named(rule)).map(each => each.index)).size,
      mode: rule.dryRun ? 'dry-run' : 'enforced',
      standing: pod === undefined ? 'unknown' : 'proxy only',
      notes:
        pod === undefined
          ? []
          : [exists ? 'the object does not select this pod any more' : 'the object does not exist any more'],
    }
  })
  const policies = [...rows, ...foreign].sort(
    (a, b) => ORDER.indexOf(a.action) - ORDER.indexOf(b.action) || byText(named(a), named(b)),
  )
  return {
    ...answeredFrom(source),
    gaps: [...present.gaps, ...(read.ok ? [] : [read.gap])],
    notes: present.notes,
    failing: policies.some(each => each.standing === 'objects only' || each.standing === 'proxy only'),
    subject,
    policies,
    atWaypoints: pod === undefined || !ambient ? [] : policiesBefore(present, pod),
  }
}

function tcpPortsOf({state}: Awaited<ReturnType<typeof presentState>>, address: string): readonly number[] {
  const ports = state.hosts.flatMap(host =>
    host.ports
      .filter(each => each.reading === 'tcp' || each.reading === 'tls')
      .flatMap(port => (host.endpoints(port) ?? []).filter(each => each.address === address).map(each => each.port)),
  )
  return [...new Set(ports)].sort((a, b) => a - b)
}
