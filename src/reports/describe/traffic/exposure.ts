import {outsideAddresses} from '../../../analysis/traffic-policy/outside-addresses.js'
import {gatewayNamed} from '../../../analysis/traffic-policy/service-objects.js'
import {textMapOf, textOf} from '../../../formats/decode.js'
import {readService} from '../../../formats/kube/kube-service.js'
import type {Gap} from '../../../model/evidence/answer.js'
import type {GatewayModel, VirtualServiceModel} from '../../../model/istio/istio-traffic.js'
import type {KubeObject, PodRef} from '../../../model/kube/kube-object.js'
import {matchesLabels, requirementsOf} from '../../../model/kube/selector.js'
import {byText} from '../../../model/text/order.js'
import type {Source} from '../../../sources/source.js'
import {byPreference} from '../../../sources/subject.js'
import {optional} from '../../report.js'
import {type ProxyRule, readProxy} from './in-proxy.js'
import {shortName} from './mesh-objects.js'
import {endpointPods, podsNotCaptured} from './pods-not-captured.js'

/** One path from outside to a Service: the Gateway a VirtualService names, its addresses, and whether its proxy has the route. */
export interface Exposure {
  /** As the VirtualService names it. */
  readonly word: string
  readonly by: string
  readonly hosts: readonly string[]
  /** Absent if no such Gateway exists or Gateways could not be read. */
  readonly gateway?: GatewayModel
  readonly gatewayKnown: boolean
  /** Gateways of that name in other namespaces, as a VirtualService has to write them: `namespace/name`. */
  readonly elsewhere?: readonly string[]
  /** `10.0.0.1:80`: addresses and ports of the Services that select the gateway's pods. */
  readonly addresses: readonly string[]
  /** The gateway pod whose configuration was read. */
  readonly pod?: string
  readonly pods?: number
  /** Pods of the gateway that endpoints list and the source does not contain. */
  readonly unseen?: readonly string[]
  /** Whether that pod's Envoy has routes generated from the VirtualService; absent if unknown. */
  readonly inProxy?: boolean
}

/** Where clients outside reach the ports of a Service that the gateway serves. */
function addressesOf(gateway: GatewayModel, object: KubeObject, nodeIp: string | undefined): readonly string[] {
  const service = readService(object)
  const served = gateway.servers.map(({port}) => port)
  const leading = service.ports.filter(
    ({port, target}) => served.includes(port) || (typeof target === 'number' && served.includes(target)),
  )
  return outsideAddresses(service, leading, nodeIp)
}

/** Envoy's metadata names the origin of HTTP routes only, so a missing TCP or TLS route proves nothing. */
function hasRoute(known: readonly ProxyRule[], {object, routes}: VirtualServiceModel): {readonly inProxy?: boolean} {
  const inProxy = known.some(each => each.rule === shortName(object))
  return inProxy || routes.some(({protocol}) => protocol === 'http') ? {inProxy} : {}
}

/** A gateway none of whose pods is in the source: the addresses of the Services that select its pods, and the pods their endpoints list. */
async function withoutPods(source: Source, gateway: GatewayModel, held: readonly KubeObject[], gaps: Gap[]) {
  const services = await source.objects({kind: 'Service'})
  const before = (services.ok ? services.value : []).filter(service => {
    const selector = textMapOf(service, 'spec', 'selector')
    return Object.keys(gateway.selector).length > 0 && matchesLabels(requirementsOf(gateway.selector), selector)
  })
  const named = await Promise.all(
    before.map(async ({metadata: {name, namespace = 'default'}}) => {
      const pods = await endpointPods(source, {name, namespace})
      return pods.ok ? pods.value.map(pod => `${pod}.${namespace}`) : []
    }),
  )
  const known = held.map(({metadata: {name, namespace = 'default'}}) => `${name}.${namespace}`)
  const unseen = [...new Set(named.flat())].filter(pod => !known.includes(pod)).sort(byText)
  if (unseen.length === 0) return {addresses: [], pods: 0}
  gaps.push(podsNotCaptured(unseen, `Gateway ${shortName(gateway.object)}`))
  return {addresses: before.flatMap(service => addressesOf(gateway, service, undefined)).sort(byText), unseen}
}

async function reachOf(source: Source, gateway: GatewayModel, rule: VirtualServiceModel, gaps: Gap[]) {
  const labels = requirementsOf(gateway.selector)
  const found = optional(await source.objects({kind: 'Pod', labels}), gaps)
  if (found === undefined) return {addresses: []}
  if (found.length === 0 && !source.traits.complete) {
    gaps.push({
      what: `the pods of Gateway ${shortName(gateway.object)}`,
      reason: 'not-captured',
      detail: 'none in the given files',
    })
    return {addresses: []}
  }
  const pods = found
    .filter(pod => matchesLabels(labels, pod.metadata.labels ?? {}) && textOf(pod, 'status', 'phase') === 'Running')
    .sort(byPreference)
  const [first] = pods
  if (first === undefined) return await withoutPods(source, gateway, found, gaps)
  const namespace = first.metadata.namespace ?? 'default'
  const ref: PodRef = {namespace, name: first.metadata.name}
  const [services, view] = await Promise.all([
    source.objects({kind: 'Service', namespace}),
    readProxy(source, ref, gaps),
  ])
  const before = (optional(services, gaps) ?? []).filter(service => {
    const selector = textMapOf(service, 'spec', 'selector')
    return Object.keys(selector).length > 0 && matchesLabels(requirementsOf(selector), first.metadata.labels ?? {})
  })
  const known = optional(view, gaps)?.virtualServices
  return {
    addresses: before.flatMap(service => addressesOf(gateway, service, textOf(first, 'status', 'hostIP'))).sort(byText),
    pods: pods.length,
    pod: `${ref.name}.${ref.namespace}`,
    ...(known === undefined ? {} : hasRoute(known, rule)),
  }
}

/** The Gateways of that name, in whichever namespace. */
function elsewhere(word: string, gateways: readonly GatewayModel[]): readonly string[] {
  const name = word.slice(word.lastIndexOf('/') + 1)
  return gateways.filter(({object}) => object.name === name).map(({object}) => `${object.namespace}/${object.name}`)
}

/** Every gateway that exposes one of the VirtualServices. */
export async function exposures(
  source: Source,
  virtualServices: readonly VirtualServiceModel[],
  gateways: readonly GatewayModel[] | undefined,
  gaps: Gap[],
): Promise<readonly Exposure[]> {
  const words = virtualServices.flatMap(each =>
    each.gateways.filter(word => word !== 'mesh').map(word => ({virtualService: each, word})),
  )
  return await Promise.all(
    words.map(async ({virtualService, word}): Promise<Exposure> => {
      const {object, hosts} = virtualService
      const by = shortName(object)
      const gateway = gatewayNamed(word, object.namespace, gateways ?? [])
      const base = {word, by, hosts, gatewayKnown: gateways !== undefined}
      if (gateway === undefined) return {...base, elsewhere: elsewhere(word, gateways ?? []), addresses: []}
      return {...base, gateway, ...(await reachOf(source, gateway, virtualService, gaps))}
    }),
  )
}
