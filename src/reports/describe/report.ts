import {mtlsMode, type PeerMode} from '../../analysis/mtls/peer-mode.js'
import {podMode} from '../../analysis/pod-mode/pod-mode.js'
import {istioProtocol} from '../../analysis/protocol/istio-protocol.js'
import {type BoundPort, boundPorts, declaredPorts, selects} from '../../analysis/service-ports/service-ports.js'
import {
  gatewayNamed,
  policiesOf,
  sidecarOf,
  type TouchingDestinationRule,
  type TouchingVirtualService,
  touchingDestinationRules,
  touchingVirtualServices,
} from '../../analysis/traffic/touching.js'
import {
  readAuthorizationPolicy,
  readGateway,
  readSidecar,
  readVirtualService,
} from '../../formats/istio-traffic/parse.js'
import {readPod} from '../../formats/kube-pod/parse.js'
import type {Gap} from '../../model/answer.js'
import type {Finding} from '../../model/finding.js'
import type {AuthorizationPolicyModel, GatewayModel, SidecarModel} from '../../model/istio-traffic.js'
import type {KubeObject} from '../../model/kube-object.js'
import type {ServiceModel} from '../../model/kube-service.js'
import type {PodModel} from '../../model/pod.js'
import type {PodMode} from '../../model/pod-mode.js'
import {RULES} from '../../rules/registry.js'
import type {Source} from '../../sources/source.js'
import {clusterLists} from '../check/lists.js'
import {checkReport} from '../check/report.js'
import {optional, type Report, required} from '../report.js'
import {type DetectedPort, detectedPorts} from './detected.js'

export interface ServiceDescription {
  readonly service: ServiceModel
  readonly ports: readonly (BoundPort & {
    readonly protocol: string
    readonly detected?: DetectedPort
    readonly mtls: PeerMode
  })[]
  readonly destinationRules: readonly TouchingDestinationRule[]
  readonly virtualServices: readonly TouchingVirtualService[]
  readonly exposed: readonly {
    readonly gateway: GatewayModel | undefined
    readonly word: string
    readonly by: string
    readonly hosts: readonly string[]
  }[]
}

export interface DescribeReport extends Report {
  readonly pod: PodModel
  readonly pods: number
  readonly mode: PodMode
  readonly declared: readonly {readonly port: number; readonly container: string}[]
  readonly services: readonly ServiceDescription[]
  readonly policies: readonly AuthorizationPolicyModel[]
  readonly sidecar?: SidecarModel
  readonly sync: readonly {readonly type: string; readonly state: string}[] | undefined
  /** Questions of check that could not be asked. */
  readonly unasked: number
  /** Findings of severity warning and above. */
  readonly findings: readonly Finding[]
}

/** Everything Istio does with a pod and the Services before it; with `only`, that Service alone. */
export async function describeReport(
  source: Source,
  objects: readonly KubeObject[],
  istioNamespace: string,
  only?: string,
): Promise<DescribeReport> {
  const gaps: Gap[] = []
  const lists = clusterLists(source, istioNamespace)
  const read = async <T>(kind: string, use: (object: KubeObject) => T) =>
    (optional(await source.objects({kind}), gaps) ?? []).map(use)
  const pods = objects.map(readPod).filter(pod => pod !== undefined)
  const pod = required(
    pods[0] === undefined
      ? {ok: false, gap: {what: 'the pod', reason: 'not-found', detail: 'none is there'}}
      : {ok: true, value: pods[0]},
    source,
  )
  const namespace = pod.object.namespace
  const [services, peers, rules, mesh, virtualServices, gateways, policies, sidecars, detected] = await Promise.all([
    lists.services(namespace),
    lists.peerAuthentications(),
    lists.destinationRules(),
    lists.mesh(),
    read('VirtualService', readVirtualService),
    read('Gateway', readGateway),
    read('AuthorizationPolicy', readAuthorizationPolicy),
    read('Sidecar', readSidecar),
    detectedPorts(source, {namespace, name: pod.object.name}),
  ])
  const root = mesh.ok ? mesh.value.rootNamespace : istioNamespace
  const domain = mesh.ok ? mesh.value.clusterDomain : 'cluster.local'
  const modes = optional(peers, gaps) ?? []
  const destinationRules = optional(rules, gaps) ?? []
  const inProxy = optional(detected, gaps) ?? []
  const mine = (optional(services, gaps) ?? []).filter(
    service => selects(service, pod) && (only === undefined || service.object.name === only),
  )
  const described = mine.map((service): ServiceDescription => {
    const touching = touchingVirtualServices(service, virtualServices, domain)
    return {
      service,
      ports: boundPorts(pod, [service]).map(bound => {
        const seen = inProxy.find(each => each.port === bound.target)
        return {
          ...bound,
          protocol: istioProtocol(bound.port),
          mtls: mtlsMode(pod, bound.target ?? 0, modes, root),
          ...(seen === undefined ? {} : {detected: seen}),
        }
      }),
      destinationRules: touchingDestinationRules(service, pods, destinationRules, domain),
      virtualServices: touching,
      exposed: touching.flatMap(({virtualService: {object, hosts}, gateways: words}) =>
        words
          .filter(word => word !== 'mesh')
          .map(word => ({gateway: gatewayNamed(word, object.namespace, gateways), word, by: object.name, hosts})),
      ),
    }
  })
  const sidecar = sidecarOf(pod, sidecars, root)
  const options = {rules: RULES, failOn: 'warning', istioNamespace, deep: true, now: new Date()} as const
  const check = await checkReport(source, objects.slice(0, 1), options)
  const sync = await syncOf(source, pod, istioNamespace, gaps)
  return {
    origin: source.origin,
    gaps,
    notes: [],
    pod,
    pods: pods.length,
    mode: podMode(pod),
    declared: declaredPorts(pod),
    services: described,
    policies: policiesOf(pod, policies, root),
    ...(sidecar === undefined ? {} : {sidecar}),
    sync,
    unasked: check.counts.notChecked,
    findings: check.workloads.flatMap(({findings}) =>
      findings.filter(({severity, accepted}) => severity !== 'info' && accepted === undefined),
    ),
  }
}

async function syncOf(
  source: Source,
  pod: PodModel,
  istioNamespace: string,
  gaps: Gap[],
): Promise<DescribeReport['sync']> {
  if (podMode(pod) === 'none') return undefined
  const {askIstiods, istiodPods} = await import('../proxy-status/istiods.js')
  const pods = optional(await source.objects({kind: 'Pod', namespace: istioNamespace}), gaps)
  if (pods === undefined) return undefined
  const answers = await askIstiods(source, istiodPods(pods, istioNamespace, undefined))
  for (const {silent} of answers) if (silent !== undefined) gaps.push(silent)
  if (answers.every(({silent}) => silent !== undefined)) return undefined
  const id = `${pod.object.name}.${pod.object.namespace}`
  return answers.flatMap(({proxies}) =>
    proxies.filter(proxy => proxy.id === id).flatMap(({types}) => types.map(({type, state}) => ({type, state}))),
  )
}
