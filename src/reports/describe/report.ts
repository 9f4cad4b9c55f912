import type {ModeFact} from '../../analysis/pod-mode/mode-evidence.js'
import {podMode} from '../../analysis/pod-mode/pod-mode.js'
import {declaredPorts, selects} from '../../analysis/ports/service-ports.js'
import {type PeerPolicies, peerPolicies} from '../../analysis/traffic-policy/peer-policies.js'
import {type ComparedRule, comparePresence} from '../../analysis/traffic-policy/presence.js'
import {gatewaysOf, policiesOf, reachOf, sidecarOf} from '../../analysis/traffic-policy/service-objects.js'
import {readModeFact} from '../../evidence/ambient/pod-mode-fact.js'
import {ztunnelOn} from '../../evidence/ambient/ztunnels.js'
import {askedOnce} from '../../evidence/asked-once.js'
import {readPodObject} from '../../evidence/pod/objects.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {Gap} from '../../model/evidence/answer.js'
import type {Finding} from '../../model/finding.js'
import type {AuthorizationPolicyModel, GatewayModel, SidecarModel} from '../../model/istio/istio-traffic.js'
import {DATAPLANE_LABEL, REDIRECTION_ANNOTATION} from '../../model/istio/mesh-keys.js'
import {ENVOY_MODES, type PodMode} from '../../model/istio/pod-mode.js'
import {isOutsideKubernetes} from '../../model/kube/container-facts.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import {type ContainerPort, type PodModel, revisionOf} from '../../model/kube/pod.js'
import {RULES} from '../../rules/registry.js'
import type {Source} from '../../sources/source.js'
import {optional, type Report, required} from '../report.js'
import {checked, type DescribeOptions, withUnchecked} from './checked.js'
import {type ProxySync, syncOf} from './sync.js'
import {disagreements} from './traffic/disagreements.js'
import {type ProxyView, readProxy} from './traffic/in-proxy.js'
import {readMeshObjects, shortName} from './traffic/mesh-objects.js'
import {describeTraffic, enforcerOf, type ServiceDescription} from './traffic/traffic.js'
import {podWarnings} from './warnings.js'

export interface AppliedPolicy extends AuthorizationPolicyModel {
  /** `namespace-wide`, `selector app=ratings`, … */
  readonly reach: string
}

/** How Istio handles a pod; an absent part could not be read, and the gaps give the reason. */
export interface DescribeReport extends Report {
  readonly subject: PodRef
  readonly pod?: PodModel
  readonly mode: PodMode | 'unknown'
  readonly revision?: string
  readonly declared: readonly (ContainerPort & {readonly container: string})[]
  readonly services?: readonly ServiceDescription[]
  /** The Gateways that select the pod; only for gateway pods. */
  readonly serves?: readonly GatewayModel[]
  readonly peers?: PeerPolicies
  readonly policies?: readonly AppliedPolicy[]
  readonly policiesInProxy: readonly ComparedRule[]
  /** What its proxy's configuration was generated from. */
  readonly proxy?: ProxyView
  /** null: no Sidecar resource selects it. */
  readonly sidecar?: SidecarModel | null
  readonly sync?: ProxySync
  /** The ztunnel whose sync that is, for an ambient pod. */
  readonly syncedBy?: PodRef
  /** How it takes part in the mesh, with the evidence; only where ambient mode has to do with it. */
  readonly membership?: ModeFact
  /** Differences between objects and proxy, one sentence each. */
  readonly disagreements: readonly string[]
  readonly warnings: readonly string[]
  /** Number of checks that could not run. */
  readonly unasked: number
  /** Findings of check of severity warning and above. */
  readonly findings: readonly Finding[]
}

/** Modes whose pods run an Envoy configured by Istio. */
const WITH_ENVOY: readonly (PodMode | 'unknown')[] = [...ENVOY_MODES, 'unknown']

/** The part of a description that comes from the pod's Envoy. */
async function proxyOf(source: Source, subject: PodRef, mode: PodMode | 'unknown', gaps: Gap[]) {
  if (mode === 'ambient') {
    const detail = "ztunnel handles the pod's traffic; HTTP policies are in its waypoint, if it has one"
    gaps.push({what: "the proxy's configuration", reason: 'not-applicable', detail})
  }
  if (!WITH_ENVOY.includes(mode)) return undefined
  const view = optional(await readProxy(source, subject, gaps), gaps)
  if (mode === 'sidecar' && view !== undefined && view.inbound === undefined) {
    const detail = 'the proxy has no inbound listener (virtualInbound): istiod has not configured it'
    gaps.push({what: 'how the proxy handles inbound traffic', reason: 'not-found', detail})
  }
  return view
}

/** The declared container ports; a gateway declares them on the proxy container. */
function portsOf(pod: PodModel, gateway: boolean): DescribeReport['declared'] {
  if (!gateway) return declaredPorts(pod)
  return pod.containers.flatMap(({name, ports}) => ports.map(port => ({...port, container: name})))
}

async function ztunnelOf(
  source: Source,
  pod: PodModel,
  istioNamespace: string,
  gaps: Gap[],
): Promise<PodRef | undefined> {
  const found = optional(await ztunnelOn(source, pod.status?.node ?? '', istioNamespace), gaps)
  return found?.ref
}

const AMBIENT_KEYS = [DATAPLANE_LABEL, REDIRECTION_ANNOTATION]

/** The evidence of a pod's mode, where a label or annotation of ambient mode is on the pod or its namespace. */
async function membershipOf(source: Source, pod: PodModel, istioNamespace: string): Promise<ModeFact | undefined> {
  if (!['none', 'ambient', 'sidecar'].includes(podMode(pod)) || isOutsideKubernetes(pod)) return undefined
  const spaces = await source.objects({kind: 'Namespace', name: pod.object.namespace})
  const labels = spaces.ok ? (spaces.value[0]?.metadata.labels ?? {}) : {}
  const keys = [pod.labels, pod.annotations, labels].flatMap(each => Object.keys(each))
  return AMBIENT_KEYS.some(key => keys.includes(key)) ? await readModeFact(source, pod, istioNamespace) : undefined
}

/** What is left of a description without the pod object: what its proxy shows. */
function withoutPod(view: ProxyView | undefined, gaps: Gap[]) {
  const what = "its Services, PeerAuthentications, Sidecar scope, exposure and istiod's view of it"
  gaps.push({what, reason: 'not-captured', detail: 'they are found through the pod object, which is missing'})
  return {
    declared: [],
    policiesInProxy: comparePresence({byObjects: undefined, existing: [], byProxy: view?.policies}),
    disagreements: [],
    warnings: [],
    unasked: RULES.length,
    findings: [],
  }
}

/** The part of a description that comes from the Services, policies, Gateways and Sidecars of the mesh. */
async function byObjects(
  pod: PodModel,
  mode: PodMode,
  {source, view, gaps}: {readonly source: Source; readonly view: ProxyView | undefined; readonly gaps: Gap[]},
  istioNamespace: string,
) {
  const objects = await readMeshObjects(source, pod.object.namespace, istioNamespace, gaps)
  const {rootNamespace: root, authorizationPolicies, gateways, peerAuthentications, sidecars} = objects
  const guard = enforcerOf(mode)
  const facts = {source, objects, view, guard, gaps} as const
  const selecting = objects.services?.filter(each => selects(each, pod))
  const policies =
    authorizationPolicies === undefined
      ? undefined
      : policiesOf(pod, authorizationPolicies, root).map(each => ({...each, reach: reachOf(each, root)}))
  const guarded = guard !== 'none'
  return {
    declared: portsOf(pod, guard === 'gateway'),
    ...definedFields({
      serves: mode === 'gateway' && gateways !== undefined ? gatewaysOf(pod, gateways) : undefined,
      peers: peerAuthentications !== undefined && guarded ? peerPolicies(pod, peerAuthentications, root) : undefined,
    }),
    services: selecting && (await Promise.all(selecting.map(each => describeTraffic(each, [pod], facts)))),
    policies,
    policiesInProxy: comparePresence({
      // A policy without rules does not appear in the proxy.
      byObjects: policies?.filter(({rules}) => rules > 0).map(({object}) => shortName(object)),
      existing: (authorizationPolicies ?? []).map(({object}) => shortName(object)),
      byProxy: view?.policies,
    }),
    sidecar: sidecars && (guard === 'gateway' ? null : (sidecarOf(pod, sidecars, root) ?? null)),
  }
}

/** The state of the proxy that serves a pod, as istiod reports it, and that proxy where it is a ztunnel. */
async function syncPart(
  source: Source,
  subject: PodRef,
  pod: PodModel,
  mode: PodMode,
  istioNamespace: string,
  gaps: Gap[],
) {
  const proxy = mode === 'ambient' ? await ztunnelOf(source, pod, istioNamespace, gaps) : subject
  const asked = enforcerOf(mode) !== 'none' && !isOutsideKubernetes(pod) && proxy !== undefined
  return {
    sync: asked ? optional(await syncOf(source, proxy, istioNamespace), gaps) : undefined,
    ...definedFields({syncedBy: mode === 'ambient' ? proxy : undefined}),
  }
}

/** Describes how Istio handles one pod, from its objects, its proxy and the control plane, as far as each can be read. */
export async function describeReport(
  given: Source,
  subject: PodRef,
  options: DescribeOptions,
): Promise<DescribeReport> {
  const {istioNamespace} = options
  const source = noted(askedOnce(given))
  const gaps: Gap[] = []
  const known = await readPodObject(source, subject)
  const pod = optional(known, gaps)
  const mode: PodMode | 'unknown' = pod === undefined ? 'unknown' : podMode(pod)
  const view = await proxyOf(source, subject, mode, gaps)
  if (pod === undefined && view === undefined) required(known, source)
  const head = {gaps, notes: [], subject, mode, proxy: view}
  if (pod === undefined || mode === 'unknown') return {...answeredFrom(source), ...head, ...withoutPod(view, gaps)}
  const described = await byObjects(pod, mode, {source, view, gaps}, istioNamespace)
  const outside = isOutsideKubernetes(pod)
  const sync = await syncPart(source, subject, pod, mode, istioNamespace, gaps)
  const membership = await membershipOf(source, pod, istioNamespace)
  const object = await source.objects({kind: 'Pod', namespace: subject.namespace, name: subject.name})
  const {findings, unasked, ...check} = await checked(source, object.ok ? object.value.slice(0, 1) : [], options)
  const different = disagreements(described.services ?? [], described.policiesInProxy)
  const {declared, serves, services, ...policies} = described
  return {
    ...answeredFrom(source),
    ...head,
    gaps: withUnchecked(outside ? gaps.filter(({reason}) => reason !== 'not-applicable') : gaps, check.gaps),
    pod,
    declared,
    ...definedFields({serves}),
    revision: revisionOf(pod),
    services,
    ...policies,
    ...sync,
    ...definedFields({membership}),
    disagreements: different,
    warnings: (outside ? [] : podWarnings(pod, membership?.because))
      .filter(({rule}) => !findings.some(each => each.rule === rule))
      .map(({text}) => text)
      .concat(membership?.disagreements ?? []),
    unasked,
    findings,
    failing: different.length > 0 || findings.some(({severity}) => severity === 'error'),
  }
}
