import {isHttpLike, isPassthrough, istioProtocol} from '../analysis/ports/istio-protocol.js'
import {listOf, numberOf, textMapOf, textOf, textsOf} from '../formats/decode.js'
import {onceByKey} from '../model/collections/once.js'
import {TLS_MODE_LABEL} from '../model/istio/mesh-keys.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import type {ServiceModel} from '../model/kube/kube-service.js'
import type {LabelIndex} from '../model/kube/label-index.js'
import {type Labels, requirementsOf} from '../model/kube/selector.js'

/** How the proxy reads the bytes of a Service port: as HTTP, as bytes, by SNI, or by what it sees. */
export type Reading = 'http' | 'tcp' | 'tls' | 'auto'

/** A workload as endpoints need it. */
export interface Workload {
  readonly namespace: string
  readonly name: string
  readonly addresses: readonly string[]
  readonly labels: Labels
  readonly serviceAccount: string
  readonly ready: boolean
  /** Its proxy ends mTLS: it was injected. */
  readonly meshTls: boolean
  /** The container port of a name. */
  readonly portNamed: (name: string) => number | undefined
  /** The port it serves instead of the target port of a Service port, by that port's name: only WorkloadEntries have such a map. */
  readonly portInstead?: (servicePort: string) => number | undefined
}

export interface RegisteredPort {
  readonly port: number
  readonly reading: Reading
  readonly target: number | string
  readonly name?: string
}

export interface RegisteredEndpoint {
  readonly address: string
  readonly port: number
  readonly labels: Labels
  readonly meshTls: boolean
  readonly namespace: string
  readonly serviceAccount: string | undefined
  readonly ready: boolean
}

/** A host of istiod's registry: a Kubernetes Service, or a host of a ServiceEntry. */
export interface RegisteredHost {
  readonly host: string
  readonly namespace: string
  readonly name: string
  readonly ports: readonly RegisteredPort[]
  /** Virtual addresses; none for a headless Service. */
  readonly addresses: readonly string[]
  readonly resolution: 'EDS' | 'STATIC' | 'DNS' | 'DNS_ROUND_ROBIN' | 'NONE' | 'HEADLESS'
  readonly meshExternal: boolean
  /** Namespaces it is visible in; empty for all. */
  readonly exportTo: readonly string[]
  /** Labels of the Service. */
  readonly labels: Labels
  /** The pods it stands for, where it selects any. */
  readonly selector: Labels | undefined
  /** The endpoints of a port; undefined when they are not known. */
  readonly endpoints: (port: RegisteredPort) => readonly RegisteredEndpoint[] | undefined
}

function readingOf(protocol: ReturnType<typeof istioProtocol>): Reading {
  if (isHttpLike(protocol)) return 'http'
  if (isPassthrough(protocol)) return 'tls'
  return protocol === 'unknown' ? 'auto' : 'tcp'
}

/** How the bytes of a port are read whose protocol an Istio object names. */
export function readingOfProtocol(protocol: string, port: number): Reading {
  const name = protocol.toLowerCase()
  return readingOf(istioProtocol({name: name === '' ? undefined : name, port, protocol: 'TCP'}))
}

function endpointsOf(
  workloads: readonly Workload[],
  port: RegisteredPort,
  notReady: boolean,
): readonly RegisteredEndpoint[] {
  return workloads.flatMap(each => {
    const {addresses, labels, meshTls, namespace, serviceAccount, ready} = each
    const target =
      typeof port.target === 'number'
        ? (each.portInstead?.(port.name ?? '') ?? port.target)
        : each.portNamed(port.target)
    const [address] = addresses
    return target === undefined || address === undefined
      ? []
      : [{address, port: target, labels, meshTls, namespace, serviceAccount, ready: ready || notReady}]
  })
}

const EXPORT_TO = 'networking.istio.io/exportTo'

/** A Service as istiod registers it; undefined for one that has no host in the mesh. `known` tells whether the pods of its namespace are. */
export function hostOfService(
  service: ServiceModel,
  workloads: (namespace: string) => LabelIndex<Workload>,
  domain: string,
  known: boolean,
): RegisteredHost {
  const {name, namespace} = service.object
  const selector = requirementsOf(service.selector)
  const mine = selector.length === 0 ? undefined : workloads(namespace)(selector)
  const exported = service.annotations[EXPORT_TO]
  const once = onceByKey<readonly RegisteredEndpoint[]>()
  return {
    host: `${name}.${namespace}.svc.${domain}`,
    namespace,
    name,
    ports: service.ports
      .filter(each => each.protocol === 'TCP')
      .map(each => ({
        port: each.port,
        reading: readingOf(istioProtocol(each)),
        target: each.target,
        ...(each.name === undefined ? {} : {name: each.name}),
      })),
    addresses: service.clusterIps,
    resolution: service.headless ? 'HEADLESS' : 'EDS',
    meshExternal: false,
    labels: service.labels,
    selector: selector.length === 0 ? undefined : service.selector,
    exportTo: exported === undefined ? [] : exported.split(',').map(each => each.trim()),
    // Asked for with every pair of a client and an endpoint.
    endpoints: port =>
      known && mine !== undefined
        ? once(JSON.stringify([port.target, port.name]), () => endpointsOf(mine, port, service.publishesNotReady))
        : undefined,
  }
}

interface EntryEndpoint {
  readonly address: string
  readonly labels: Labels
  readonly account: string | undefined
  readonly ports: Readonly<Record<string, unknown>>
}

/** An endpoint written by hand takes mTLS when it is labelled so, or names a service account (istio.io, "Workload Entry"). */
export function takesMeshTls(labels: Labels, account: string | undefined): boolean {
  const mode = labels[TLS_MODE_LABEL]
  return mode === undefined ? account !== undefined : mode === 'istio'
}

function entryEndpoints(
  object: KubeObject,
  workloads: (namespace: string) => LabelIndex<Workload>,
): readonly (EntryEndpoint | Workload)[] {
  const selector = textMapOf(object, 'spec', 'workloadSelector', 'labels')
  if (Object.keys(selector).length > 0)
    return workloads(object.metadata.namespace ?? 'default')(requirementsOf(selector))
  return listOf(object, 'spec', 'endpoints').map(each => ({
    address: textOf(each, 'address') ?? '',
    labels: textMapOf(each, 'labels'),
    account: textOf(each, 'serviceAccount'),
    ports: (each as {ports?: Readonly<Record<string, unknown>>}).ports ?? {},
  }))
}

/** The hosts of a ServiceEntry as istiod registers them (istio.io, "Service Entry"). */
export function hostsOfServiceEntry(
  object: KubeObject,
  workloads: (namespace: string) => LabelIndex<Workload>,
): readonly RegisteredHost[] {
  const namespace = object.metadata.namespace ?? 'default'
  const resolution = textOf(object, 'spec', 'resolution') ?? 'NONE'
  const ports = listOf(object, 'spec', 'ports').flatMap(each => {
    const port = numberOf(each, 'number')
    if (port === undefined) return []
    const reading = readingOfProtocol(textOf(each, 'protocol') ?? '', port)
    return [{port, reading, target: numberOf(each, 'targetPort') ?? port, name: textOf(each, 'name') ?? ''}]
  })
  const given = entryEndpoints(object, workloads)
  return textsOf(object, 'spec', 'hosts').map((host): RegisteredHost => {
    const endpoints = (port: RegisteredPort): readonly RegisteredEndpoint[] => {
      const own = ports.find(each => each.port === port.port)
      const target = typeof port.target === 'number' ? port.target : port.port
      const listed = given.map((each): RegisteredEndpoint => {
        if ('addresses' in each)
          return {
            address: each.addresses[0] ?? '',
            port: (own === undefined ? undefined : each.portNamed(own.name)) ?? target,
            labels: each.labels,
            meshTls: each.meshTls,
            namespace,
            serviceAccount: each.serviceAccount,
            ready: each.ready,
          }
        const override = own === undefined ? undefined : numberOf(each.ports, own.name)
        return {
          address: each.address,
          port: override ?? target,
          labels: each.labels,
          meshTls: takesMeshTls(each.labels, each.account),
          namespace,
          serviceAccount: each.account,
          ready: true,
        }
      })
      if (listed.length > 0 || !resolution.startsWith('DNS')) return listed
      return [
        {address: host, port: target, labels: {}, meshTls: false, namespace, serviceAccount: undefined, ready: true},
      ]
    }
    return {
      host,
      namespace,
      name: host,
      ports: ports.map(({port, reading, target}) => ({port, reading, target})),
      addresses: textsOf(object, 'spec', 'addresses'),
      resolution:
        resolution === 'STATIC' || resolution === 'DNS_ROUND_ROBIN'
          ? resolution
          : resolution.startsWith('DNS')
            ? 'DNS'
            : 'NONE',
      meshExternal: (textOf(object, 'spec', 'location') ?? 'MESH_EXTERNAL') === 'MESH_EXTERNAL',
      exportTo: textsOf(object, 'spec', 'exportTo'),
      labels: {},
      selector: undefined,
      endpoints,
    }
  })
}

/** Whether something exported to some namespaces can be seen in one. */
export function isExportedTo(exportTo: readonly string[], home: string, namespace: string): boolean {
  return (
    exportTo.length === 0 ||
    exportTo.some(each => each === '*' || each === namespace || (each === '.' && home === namespace))
  )
}
