import {definedFields} from '../../model/collections/defined-fields.js'
import type {AmbientWorkload} from '../../model/istio/ambient-workload.js'
import {DATAPLANE_LABEL, REDIRECTION_ANNOTATION} from '../../model/istio/mesh-keys.js'
import type {ZtunnelDump} from '../../model/istio/ztunnel.js'
import {injectedContainer, type PodModel} from '../../model/kube/pod.js'
import type {Labels} from '../../model/kube/selector.js'
import {podMode} from './pod-mode.js'

/** What one piece of evidence says about a pod's part in the mesh. */
export interface ModeClaim {
  /** `label`, `annotation`, `containers`, `kernel rules`, `sockets`, `ztunnel NAME`, `node`, `istiod NAME`. */
  readonly from: string
  readonly says: 'ambient' | 'sidecar' | 'outside' | 'unfinished'
  readonly text: string
}

/** How a pod takes part in the mesh, with the evidence for it, and where pieces of evidence disagree. */
export interface ModeFact {
  readonly mode: 'ambient' | 'sidecar' | 'both' | 'outside'
  readonly claims: readonly ModeClaim[]
  /** One sentence each. */
  readonly disagreements: readonly string[]
  /** Why a pod of an ambient namespace is outside, where an object says so. */
  readonly because?: string
}

/** What is known of the pod besides its object; a part that could not be read is absent. */
export interface ModeEvidence {
  readonly namespaceLabels?: Labels
  /** The chains of the pod's kernel rules that have rules, in the tables nat and mangle. */
  readonly chains?: readonly string[]
  /** The TCP ports with a listening socket. */
  readonly listening?: readonly number[]
  readonly ztunnel?: {readonly name: string; readonly dump: ZtunnelDump}
  /** Whether the pod is in the set of addresses by which its node lets the kubelet's probes in. */
  readonly inProbeSet?: boolean
  /** The pod as an istiod sends it to ztunnels; `unknown` to that istiod where `workload` is absent. */
  readonly istiod?: {readonly name: string; readonly workload?: AmbientWorkload}
}

function labelClaim({labels, object}: PodModel, namespaceLabels: Labels | undefined): ModeClaim | undefined {
  const own = labels[DATAPLANE_LABEL]
  const value = own ?? namespaceLabels?.[DATAPLANE_LABEL]
  if (value === undefined) return undefined
  const by = own === undefined ? `Namespace ${object.namespace}` : 'the pod'
  return {
    from: 'label',
    says: value === 'ambient' ? 'ambient' : 'outside',
    text: `${DATAPLANE_LABEL}=${value} of ${by}`,
  }
}

function annotationClaim({annotations}: PodModel): ModeClaim {
  const value = annotations[REDIRECTION_ANNOTATION]
  const says = value === 'enabled' ? 'ambient' : value === 'pending' ? 'unfinished' : 'outside'
  return {
    from: 'annotation',
    says,
    text: value === undefined ? `${REDIRECTION_ANNOTATION} is absent` : `${REDIRECTION_ANNOTATION}=${value}`,
  }
}

function rulesClaim(chains: readonly string[]): ModeClaim {
  const ambient = chains.some(chain => /^(?:ISTIO_PRERT|istio-prerouting)$/.test(chain))
  const sidecar = chains.some(chain => /^(?:ISTIO_INBOUND|ISTIO_REDIRECT|istio-inbound|istio-redirect)$/.test(chain))
  if (ambient) return {from: 'kernel rules', says: 'ambient', text: 'rules that redirect to ztunnel'}
  if (sidecar) return {from: 'kernel rules', says: 'sidecar', text: "a sidecar's rules"}
  return {from: 'kernel rules', says: 'outside', text: 'no rules of Istio'}
}

/** Sockets that ztunnel opens in every pod it serves (istio.io, "Traffic redirection"); a sidecar has an admin port besides. */
function socketsClaim(ports: readonly number[]): ModeClaim {
  const has = (...wanted: readonly number[]) => wanted.every(port => ports.includes(port))
  if (has(15_001, 15_006, 15_000)) return {from: 'sockets', says: 'sidecar', text: "a sidecar's ports listen"}
  if (has(15_001, 15_006, 15_008))
    return {from: 'sockets', says: 'ambient', text: 'ztunnel listens on 15001, 15006 and 15008'}
  return {from: 'sockets', says: 'outside', text: 'nothing listens on ports of ztunnel or a sidecar'}
}

function ztunnelClaims({object}: PodModel, {name, dump}: NonNullable<ModeEvidence['ztunnel']>): readonly ModeClaim[] {
  const isPod = (each: {readonly name: string; readonly namespace: string}) =>
    each.name === object.name && each.namespace === object.namespace
  const workload = dump.workloads.find(isPod)
  const served = dump.podStates.some(isPod)
  const from = `ztunnel ${name}`
  const row: ModeClaim =
    workload === undefined
      ? {from, says: 'outside', text: 'istiod has not sent it the pod'}
      : workload.nativeTunnel
        ? {from, says: 'sidecar', text: 'istiod says: HBONE by the pod itself'}
        : workload.protocol === 'HBONE'
          ? {from, says: 'ambient', text: 'istiod says: HBONE through ztunnel'}
          : {from, says: 'outside', text: 'istiod says: plaintext TCP'}
  const state: ModeClaim = served
    ? {from, says: 'ambient', text: 'it serves the pod'}
    : {from, says: row.says === 'ambient' ? 'unfinished' : row.says, text: 'it does not serve the pod'}
  return workload === undefined && !served ? [row] : [row, state]
}

function probeSetClaim(member: boolean): ModeClaim {
  return member
    ? {from: 'node', says: 'ambient', text: "the pod is in istio-cni's set for probes"}
    : {from: 'node', says: 'outside', text: "the pod is not in istio-cni's set for probes"}
}

function istiodClaim({name, workload}: NonNullable<ModeEvidence['istiod']>): ModeClaim {
  const from = `istiod ${name}`
  if (workload === undefined) return {from, says: 'outside', text: 'it sends no ztunnel the pod'}
  if (workload.nativeTunnel) return {from, says: 'sidecar', text: 'it tells ztunnels: HBONE by the pod itself'}
  return workload.hbone
    ? {from, says: 'ambient', text: 'it tells ztunnels: HBONE through ztunnel'}
    : {from, says: 'outside', text: 'it tells ztunnels: plaintext TCP'}
}

function becauseOf(pod: PodModel, label: ModeClaim | undefined): string | undefined {
  if (pod.hostNetwork) return 'it uses the host network, which istio-cni does not redirect'
  if (label?.says === 'outside') return `label ${label.text} opts it out`
  if (label?.says === 'ambient') return `although ${label.text}, istio-cni has not redirected it`
  return undefined
}

const WORDS = {
  ambient: 'in ambient mode',
  sidecar: 'with a sidecar',
  outside: 'outside the mesh',
  unfinished: 'not set up to the end',
}

/** Judges how a pod takes part in the mesh: by its containers and istio-cni's annotation, checked against everything else that was read. */
export function modeFact(pod: PodModel, evidence: ModeEvidence): ModeFact {
  const sidecar = injectedContainer(pod, 'istio-proxy') !== undefined && podMode(pod) === 'sidecar'
  const annotation = annotationClaim(pod)
  const mode = sidecar
    ? annotation.says === 'ambient'
      ? 'both'
      : 'sidecar'
    : annotation.says === 'ambient'
      ? 'ambient'
      : 'outside'
  const label = labelClaim(pod, evidence.namespaceLabels)
  const observed = [
    ...(evidence.chains === undefined ? [] : [rulesClaim(evidence.chains)]),
    ...(evidence.listening === undefined ? [] : [socketsClaim(evidence.listening)]),
    ...(evidence.ztunnel === undefined ? [] : ztunnelClaims(pod, evidence.ztunnel)),
    ...(evidence.inProbeSet === undefined || (!evidence.inProbeSet && annotation.says !== 'ambient')
      ? []
      : [probeSetClaim(evidence.inProbeSet)]),
    ...(evidence.istiod === undefined ? [] : [istiodClaim(evidence.istiod)]),
  ]
  const containers: readonly ModeClaim[] = sidecar
    ? [{from: 'containers', says: 'sidecar', text: 'istio-proxy is injected'}]
    : []
  const because = mode === 'outside' ? becauseOf(pod, label) : undefined
  const expected = mode === 'both' ? 'ambient' : mode
  const disagreements = [
    ...(mode === 'both' ? ['The pod has a sidecar and is redirected to ztunnel as well.'] : []),
    ...observed
      .filter(({says}) => says !== expected)
      .map(
        ({from, says, text}) =>
          `${from}: ${text}; by its ${sidecar ? 'containers' : 'annotation'} the pod is ${WORDS[expected]}, by this ${WORDS[says]}.`,
      ),
  ]
  return {
    mode,
    claims: [...(label === undefined ? [] : [label]), ...containers, annotation, ...observed],
    disagreements,
    ...definedFields({because}),
  }
}
