import type {MeshPod} from '../../analysis/request-path/world.js'
import type {IpPort} from '../../model/envoy/request.js'
import type {ZtunnelDump, ZtunnelWorkload} from '../../model/istio/ztunnel.js'

/** A workload that ztunnel has from istiod, as a pod: of one outside ambient it is not known whether it has a sidecar. */
function strangerOf(workload: ZtunnelWorkload, dump: ZtunnelDump): MeshPod {
  const {name, namespace, workloadName, workloadIps, node, serviceAccount, networkMode, protocol, nativeTunnel} =
    workload
  return {
    ref: {name, namespace},
    workload: workloadName,
    addresses: workloadIps,
    node,
    mode: protocol !== 'HBONE' ? 'none' : nativeTunnel ? 'sidecar' : 'ambient',
    serviceAccount,
    labels: {},
    ports: [],
    hostNetwork: networkMode === 'HostNetwork',
    knownTo: dump,
  }
}

/** What is known from ztunnel alone. */
export interface BeyondObjects {
  readonly pods: readonly MeshPod[]
  /** The endpoints behind a Service address; undefined for any other address. */
  readonly behind: (to: IpPort) => readonly IpPort[] | undefined
}

function behindAddress(dumps: readonly ZtunnelDump[], seen: ReadonlySet<string>, {ip, port}: IpPort) {
  for (const {services, workloads} of dumps) {
    const service = services.find(
      ({namespace, vips}) => !seen.has(namespace) && vips.some(vip => vip.slice(vip.indexOf('/') + 1) === ip),
    )
    if (service === undefined) continue
    return Object.values(service.endpoints).flatMap(({workloadUid, port: ports}) => {
      const [address] =
        workloads.find(({uid, status}) => uid === workloadUid && status === 'Healthy')?.workloadIps ?? []
      const target = ports[String(port)]
      return address === undefined || target === undefined ? [] : [{ip: address, port: target}]
    })
  }
  return undefined
}

/** The pods and Services that are known from ztunnel alone: those of namespaces of which no pod was read. */
export function ztunnelStrangers(dumps: readonly ZtunnelDump[], seen: ReadonlySet<string>): BeyondObjects {
  const found = new Map<string, MeshPod>()
  for (const dump of dumps)
    for (const workload of dump.workloads) {
      const key = `${workload.namespace}/${workload.name}`
      if (
        workload.workloadType === 'pod' &&
        workload.workloadIps.length > 0 &&
        !seen.has(workload.namespace) &&
        !found.has(key)
      )
        found.set(key, strangerOf(workload, dump))
    }
  return {pods: [...found.values()], behind: to => behindAddress(dumps, seen, to)}
}
