import type {MeshPod} from '../../analysis/request-path/world.js'
import type {PresentState} from '../../evidence/predicted-mesh/present.js'
import {readGateway, readVirtualService} from '../../formats/istio-traffic/parse.js'
import {fullHost} from '../../istiod/destination-rules.js'
import type {RegisteredHost} from '../../istiod/registry.js'
import {groupedBy} from '../../model/collections/grouped-by.js'
import {podLabel} from '../../model/kube/kube-object.js'
import {objectLabel} from '../../model/kube/pod.js'
import {matchesLabels, requirementsOf} from '../../model/kube/selector.js'
import {byText} from '../../model/text/order.js'
import type {ObservedCall} from './calls.js'

/** A Service, a host outside the mesh, or a workload that no Service selects. */
export interface GraphNode {
  readonly id: string
  readonly name: string
  readonly namespace: string
  readonly kind: 'service' | 'external' | 'workload'
  readonly ports: readonly number[]
  /** Pods behind it, as `pod.namespace`; undefined when its endpoints are not known. */
  readonly pods: readonly string[] | undefined
}

/** Who calls whom: seen by the proxies' counters, or laid down by a VirtualService. */
export interface GraphEdge {
  readonly from: string
  readonly to: string
  readonly requests: number
  readonly failures: number
  readonly connections: number
  /** Pods whose Envoy counted them. */
  readonly seenBy: readonly string[]
  /** VirtualServices that route from one to the other. */
  readonly routedBy: readonly string[]
}

export interface ServiceGraph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

function nodeOf({host, name, namespace, meshExternal, ports, endpoints}: RegisteredHost, byIp: Pods): GraphNode {
  const known = ports.every(port => endpoints(port) !== undefined)
  const addresses = ports.flatMap(port => (endpoints(port) ?? []).map(({address}) => address))
  const pods = [...new Set(addresses)].flatMap(ip => byIp.get(ip) ?? []).map(({ref}) => podLabel(ref))
  return {
    id: host,
    name: meshExternal ? host : name,
    namespace,
    kind: meshExternal ? 'external' : 'service',
    ports: ports.map(({port}) => port),
    pods: known ? pods.sort(byText) : undefined,
  }
}

type Pods = ReadonlyMap<string, MeshPod>

function workloadNode({workload, ref}: MeshPod, pods: readonly MeshPod[]): GraphNode {
  const own = pods.filter(each => each.workload === workload && each.ref.namespace === ref.namespace)
  return {
    id: `workload:${ref.namespace}/${workload}`,
    name: workload,
    namespace: ref.namespace,
    kind: 'workload',
    ports: [],
    pods: own.map(each => podLabel(each.ref)).sort(byText),
  }
}

type Link = Pick<GraphEdge, 'from' | 'to'> & Partial<GraphEdge>

/** The gateways' pods send to what VirtualServices bound to them name; within the mesh, a host leads to the other hosts its routes name. */
function routedLinks({state, pods}: PresentState, nodeFor: (pod: MeshPod) => string): readonly Link[] {
  const domain = state.settings.clusterDomain
  const gateways = state.objects('Gateway').map(readGateway)
  return state
    .objects('VirtualService')
    .map(readVirtualService)
    .flatMap(({object, hosts, gateways: bound, routes}) => {
      const full = (host: string) => fullHost(host, object.namespace, domain)
      const targets = new Set(routes.flatMap(({targets}) => targets.map(({host}) => full(host))))
      const entries = bound.flatMap(word => {
        if (word === 'mesh') return hosts.map(full)
        const [namespace, name] = word.includes('/') ? word.split('/') : [object.namespace, word]
        const gateway = gateways.find(each => each.object.namespace === namespace && each.object.name === name)
        const wanted = requirementsOf(gateway?.selector ?? {})
        const own = pods.filter(pod => pod.mode === 'gateway' && wanted.length > 0 && matchesLabels(wanted, pod.labels))
        return [...new Set(own.map(nodeFor))]
      })
      const routedBy = [objectLabel(object)]
      return entries.flatMap(from => [...targets].filter(to => to !== from).map(to => ({from, to, routedBy})))
    })
}

function merged(links: readonly Link[]): readonly GraphEdge[] {
  const sum = (group: readonly Link[], name: 'requests' | 'failures' | 'connections') =>
    group.reduce((all, each) => all + (each[name] ?? 0), 0)
  const all = (group: readonly Link[], name: 'seenBy' | 'routedBy') => [
    ...new Set(group.flatMap(each => each[name] ?? [])),
  ]
  return [...groupedBy(links, ({from, to}) => JSON.stringify([from, to])).values()].flatMap(group => {
    const [first] = group
    if (first === undefined) return []
    return [
      {
        from: first.from,
        to: first.to,
        requests: sum(group, 'requests'),
        failures: sum(group, 'failures'),
        connections: sum(group, 'connections'),
        seenBy: all(group, 'seenBy').sort(byText),
        routedBy: all(group, 'routedBy').sort(byText),
      },
    ]
  })
}

/** The Services of a namespace (or of all) and those that call or are called by them. */
export function serviceGraph(
  present: PresentState,
  calls: readonly ObservedCall[],
  namespace: string | undefined,
): ServiceGraph {
  const {state, pods} = present
  const byIp = new Map(pods.flatMap(pod => (pod.hostNetwork ? [] : pod.addresses.map(ip => [ip, pod] as const))))
  const hosts = state.hosts.map(host => nodeOf(host, byIp))
  const known = new Map(hosts.map(node => [node.id, node]))
  const serviceOf = new Map(hosts.flatMap(node => (node.pods ?? []).map(pod => [pod, node.id] as const)).reverse())
  const nodeFor = (pod: MeshPod): string => {
    const found = serviceOf.get(podLabel(pod.ref))
    if (found !== undefined) return found
    const node = workloadNode(pod, pods)
    known.set(node.id, node)
    return node.id
  }
  const seen = calls.map(({pod, host, requests, failures, connections}): Link => {
    return {from: nodeFor(pod), to: host, requests, failures, connections, seenBy: [podLabel(pod.ref)]}
  })
  const edges = merged([...seen, ...routedLinks(present, nodeFor)]).filter(
    ({from, to}) => known.has(from) && known.has(to),
  )
  const inView = (id: string) => namespace === undefined || known.get(id)?.namespace === namespace
  const shown = edges.filter(({from, to}) => inView(from) || inView(to))
  const wanted = new Set([...[...known.keys()].filter(inView), ...shown.flatMap(({from, to}) => [from, to])])
  return {
    nodes: [...known.values()].filter(({id}) => wanted.has(id)).sort((a, b) => byText(a.id, b.id)),
    edges: [...shown].sort((a, b) => byText(a.from, b.from) || byText(a.to, b.to)),
  }
}
