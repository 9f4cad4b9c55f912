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
import type {Gap} from '../../model/answer.js'
import {isOutsideKubernetes} from '../../model/container-facts.js'
import type {Finding} from '../../model/finding.js'
import type {AuthorizationPolicyModel, GatewayModel, SidecarModel} from '../../model/istio-traffic.js'
import type {PodRef} from '../../model/kube-object.js'
import {type ContainerPort, type PodModel, revisionOf} from '../../model/pod.js'
import {ENVOY_MODES, type PodMode} from '../../model/pod-mode.js'
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

const AMBIENT_KEYS = ['istio.io/dataplane-mode', 'ambient.istio.io/redirection']

/** The evidence of a pod's mode, where a label or annotation of ambient mode is on the pod or its namespace. */
async function membershipOf(source: Source, pod: PodModel, istioNamespace: string): Promise<ModeFact | undefined> {
  if (!['none', 'ambient', 'sidecar'].includes(podMode(pod)) || isOutsideKubernetes(pod)) return undefined
  const spaces = await source.objects({kind: 'Namespace', name: pod.object.namespace})
  const labels = spaces.ok ? (spaces.value[0]?.metadata.labels ?? {}) : {}
  const keys = [pod.labels, pod.annotations, labels].flatMap(each => Object.keys(each))
  return AMBIENT_KEYS.some(key => keys.includes(key)) ? await readModeFact(source, pod, istioNamespace) : undefined
}

/** Describes how Istio handles one pod, from its objects, its proxy and the control plane, as far as each can be read. */
export async function describeReport(
  given: Source,
  subject: PodRef,
  options: DescribeOptions,
): Promise<DescribeReport> {
  const source = noted(askedOnce(given))
  const gaps: Gap[] = []
  const known = await readPodObject(source, subject)
  const pod = optional(known, gaps)
  const mode: PodMode | 'unknown' = pod === undefined ? 'unknown' : podMode(pod)
  const view = await proxyOf(source, subject, mode, gaps)
  if (pod === undefined && view === undefined) required(known, source)
  const head = {gaps, notes: [], subject, mode, proxy: view}
  if (pod === undefined) {
    const what = "its Services, PeerAuthentications, Sidecar scope, exposure and istiod's view of it"
    gaps.push({what, reason: 'not-captured', detail: 'they are found through the pod object, which is missing'})
    const policiesInProxy = comparePresence({byObjects: undefined, existing: [], byProxy: view?.policies})
    return {
      ...answeredFrom(source),
      ...head,
      declared: [],
      policiesInProxy,
      disagreements: [],
      warnings: [],
      unasked: RULES.length,
      findings: [],
    }
  }
  const objects = await readMeshObjects(source, subject.namespace, options.istioNamespace, gaps)
  const guard = enforcerOf(mode)
  const [gateway, guarded] = [guard === 'gateway', guard !== 'none']
  const facts = {source, objects, view, guard, gaps} as const
  const services =
    objects.services === undefined
      ? undefined
      : await Promise.all(
          objects.services.filter(each => selects(each, pod)).map(each => describeTraffic(each, [pod], facts)),
        )
  const root = objects.rootNamespace
  const peers =
    objects.peerAuthentications === undefined ? undefined : peerPolicies(pod, objects.peerAuthentications, root)
  const policies =
    objects.authorizationPolicies === undefined
      ? undefined
      : policiesOf(pod, objects.authorizationPolicies, root).map(each => ({...each, reach: reachOf(each, root)}))
  const policiesInProxy = comparePresence({
    // A policy without rules does not appear in the proxy.
    byObjects: policies?.filter(({rules}) => rules > 0).map(({object}) => shortName(object)),
    existing: (objects.authorizationPolicies ?? []).map(({object}) => shortName(object)),
    byProxy: view?.policies,
  })
  const outside = isOutsideKubernetes(pod)
  const proxy = mode === 'ambient' ? await ztunnelOf(source, pod, options.istioNamespace, gaps) : subject
  const sync =
    guarded && !outside && proxy !== undefined
      ? optional(await syncOf(source, proxy, options.istioNamespace), gaps)
      : undefined
  const membership = await membershipOf(source, pod, options.istioNamespace)
  const objectsOfPod = await source.objects({kind: 'Pod', namespace: subject.namespace, name: subject.name})
  const {findings, unasked, ...check} = await checked(
    source,
    objectsOfPod.ok ? objectsOfPod.value.slice(0, 1) : [],
    options,
  )
  const different = disagreements(services ?? [], policiesInProxy)
  const revision = revisionOf(pod)
  return {
    ...answeredFrom(source),
    ...head,
    gaps: withUnchecked(outside ? gaps.filter(({reason}) => reason !== 'not-applicable') : gaps, check.gaps),
    pod,
    declared: portsOf(pod, gateway),
    ...(mode === 'gateway' && objects.gateways !== undefined ? {serves: gatewaysOf(pod, objects.gateways)} : {}),
    revision,
    services,
    ...(peers === undefined || !guarded ? {} : {peers}),
    policies,
    policiesInProxy,
    sidecar:
      objects.sidecars === undefined ? undefined : gateway ? null : (sidecarOf(pod, objects.sidecars, root) ?? null),
    sync,
    ...(membership === undefined ? {} : {membership}),
    ...(mode === 'ambient' && proxy !== undefined ? {syncedBy: proxy} : {}),
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
