import {isHttpLike, istioProtocol} from '../../analysis/ports/istio-protocol.js'
import {addressBesideHost} from '../../analysis/request-path/address-beside-host.js'
import {UNKNOWN_ADDRESS} from '../../analysis/request-path/unroutable.js'
import type {MeshPod, Site} from '../../analysis/request-path/world.js'
import type {Mesh} from '../../evidence/mesh-world/mesh.js'
import type {ServiceEntryModel} from '../../model/istio/istio-traffic.js'
import type {ServiceModel} from '../../model/kube/kube-service.js'
import {objectLabel} from '../../model/kube/pod.js'
import {isAddress} from './path-spec.js'

/** The addresses of a name, and the evidence for them. */
export interface Resolved {
  /** One is picked; several for a headless Service. */
  readonly addresses: readonly string[]
  readonly service: ServiceModel | undefined
  readonly pod: MeshPod | undefined
  readonly text: string
  /** False if no evidence has the address. */
  readonly known: boolean
}

const SUFFIX = /\.svc(?:\.cluster\.local)?\.?$/

/** The Service a name resolves to in a namespace, and the pod part of the name (headless Services). */
function serviceNamed(
  mesh: Mesh,
  host: string,
  namespace: string,
): {readonly service: ServiceModel; readonly pod?: string} | undefined {
  const parts = host.replace(SUFFIX, '').split('.')
  const find = (name: string | undefined, ns: string | undefined) =>
    mesh.services.find(({object}) => object.name === name && object.namespace === ns)
  const [first = '', second, third] = parts
  if (parts.length === 1) {
    const service = find(first, namespace)
    return service === undefined ? undefined : {service}
  }
  if (parts.length === 2) {
    const service = find(first, second)
    if (service !== undefined) return {service}
    const own = find(second, namespace)
    return own?.headless === true ? {service: own, pod: first} : undefined
  }
  const service = parts.length === 3 ? find(second, third) : undefined
  return service?.headless === true ? {service, pod: first} : undefined
}

function podNamed(mesh: Mesh, name: string, namespace: string): MeshPod | undefined {
  return (
    mesh.pods.find(({ref}) => ref.name === name && ref.namespace === namespace) ??
    mesh.pods.find(({ref}) => `${ref.name}.${ref.namespace}` === name)
  )
}

function headlessAddresses(mesh: Mesh, service: ServiceModel, pod: string | undefined): readonly string[] {
  const [port] = service.ports
  const backends = port === undefined ? [] : (mesh.world.backends(service, port.port) ?? [])
  const all = backends.map(each => each.ip)
  if (pod === undefined) return all
  return all.filter(ip => mesh.world.podAt(ip)?.ref.name === pod)
}

function ofService(mesh: Mesh, host: string, found: {readonly service: ServiceModel; readonly pod?: string}): Resolved {
  const {service, pod} = found
  const name = objectLabel(service.object)
  if (service.type === 'ExternalName') {
    const target = service.externalName ?? ''
    return {
      addresses: isAddress(target) ? [target] : [UNKNOWN_ADDRESS],
      service,
      pod: undefined,
      text: `${host} is ${name}, an alias of ${target}`,
      known: isAddress(target),
    }
  }
  if (service.headless) {
    const addresses = headlessAddresses(mesh, service, pod)
    const text = `${host} is headless ${name}: ${addresses.length === 0 ? 'no ready pod' : addresses.join(', ')}`
    return {addresses, service, pod: undefined, text, known: true}
  }
  const [ip] = service.clusterIps
  return {
    addresses: ip === undefined ? [] : [ip],
    service,
    pod: undefined,
    text: `${host} is ${name}, cluster IP ${ip ?? 'none'}`,
    known: true,
  }
}

const BY_DNS = ['STRICT_DNS', 'LOGICAL_DNS']

/** Addresses that Envoy resolved for a host, from its clusters page. */
function byProxy(site: Site | undefined, host: string, port: number): readonly string[] {
  const name = `outbound|${port}||${host}`
  const {proxy} = site ?? {}
  if (!BY_DNS.includes(proxy?.cluster(name)?.type ?? '')) return []
  return (proxy?.liveHosts?.(name) ?? []).map(each => each.address.ip)
}

/** The address istiod assigned to a host: the reply of DNS capture. */
function byCapture(
  site: Site | undefined,
  host: string,
  port: number,
  entries: readonly ServiceEntryModel[],
): string | undefined {
  if (site?.kernel?.capturesDns !== true) return undefined
  const entry = entries.find(({hosts}) => hosts.includes(host))
  const declared = entry?.addresses.find(isAddress) ?? entry?.allocated.find(each => each.host === host)?.address
  return declared ?? (site.proxy === undefined ? undefined : addressBesideHost(site.proxy, host, port))
}

/** Resolves a host as a process in a pod would: a Service by its names, a pod by its name, else what its proxy resolved by DNS. */
export function resolveHost(
  mesh: Mesh,
  client: {readonly pod: MeshPod | undefined; readonly namespace: string},
  entries: readonly ServiceEntryModel[],
  host: string,
  port: number,
): Resolved {
  const {namespace} = client
  const site = client.pod === undefined ? undefined : mesh.world.site(client.pod)
  const bare = {service: undefined, pod: undefined}
  if (isAddress(host)) {
    const service = mesh.world.serviceAt(host)
    const pod = mesh.world.podAt(host)
    const owner =
      service !== undefined
        ? objectLabel(service.object)
        : pod === undefined
          ? undefined
          : `pod ${pod.ref.name}.${pod.ref.namespace}`
    return {
      addresses: [host],
      service,
      pod,
      text: owner === undefined ? `${host} is an address` : `${host} is ${owner}`,
      known: true,
    }
  }
  const service = serviceNamed(mesh, host, namespace)
  if (service !== undefined) return ofService(mesh, host, service)
  const pod = podNamed(mesh, host, namespace)
  if (pod !== undefined)
    return {
      ...bare,
      addresses: pod.addresses.slice(0, 1),
      pod,
      text: `${host} is pod ${pod.ref.name}.${pod.ref.namespace}`,
      known: true,
    }
  const captured = byCapture(site, host, port, entries)
  if (captured !== undefined)
    return {...bare, addresses: [captured], text: `${host} is ${captured} by DNS capture`, known: true}
  const live = byProxy(site, host, port)
  if (live.length > 0)
    return {...bare, addresses: live, text: `${host} is ${live.join(', ')} according to the proxy's DNS`, known: true}
  const declared = entries.find(({hosts}) => hosts.includes(host))?.addresses[0]
  const only = declared === undefined ? '' : ` (its ServiceEntry's ${declared} is known only with DNS capture)`
  return {...bare, addresses: [UNKNOWN_ADDRESS], text: `the address of ${host} is unknown${only}`, known: false}
}

/** The default port: that of the scheme, else the only one the Service or pod declares. */
export function portMeant(resolved: Pick<Resolved, 'service' | 'pod'>, scheme: string | undefined): number | undefined {
  if (scheme === 'https' || scheme === 'tls') return 443
  if (scheme !== undefined && scheme !== 'tcp') return 80
  const ports = resolved.service?.ports ?? []
  const numbers = resolved.service === undefined ? (resolved.pod?.ports ?? []) : ports.map(each => each.port)
  return numbers.length === 1 ? numbers[0] : undefined
}

/** Whether a request to the port is assumed to be HTTP: declared so, or left to Istio's protocol detection. */
export function declaredHttp(mesh: Mesh, resolved: Resolved, port: number): boolean {
  const own = resolved.service?.ports.find(each => each.port === port)
  if (own !== undefined) {
    const protocol = istioProtocol(own)
    return protocol === 'unknown' || isHttpLike(protocol)
  }
  return resolved.pod === undefined ? port === 80 : mesh.world.speaksHttp(resolved.pod, port)
}
