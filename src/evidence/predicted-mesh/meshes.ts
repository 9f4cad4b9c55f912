import type {MeshPod, SiteCertificate} from '../../analysis/request-path/world.js'
import {gatewayProxy} from '../../istiod/gateway-proxy.js'
import type {IstioState} from '../../istiod/state.js'
import {translated} from '../../istiod/translate.js'
import {inboundPorts} from '../../istiod/viewpoint.js'
import type {Gap} from '../../model/evidence/answer.js'
import type {NamespaceModel} from '../../model/istio/injection.js'
import {podLabel} from '../../model/kube/kube-object.js'
import type {Overlay} from '../../sources/overlay.js'
import type {Source} from '../../sources/source.js'
import {siteWithMadeProxy} from '../mesh-world/by-objects.js'
import {type Mesh, readMesh} from '../mesh-world/mesh.js'
import {type ReadSite, readSite} from '../mesh-world/site.js'
import {type Basis, basisOf, type Donor, editFor, type NamedSender, placeOf, viewOf} from './basis.js'
import {withoutAmbientConfig} from './enrolment.js'
import {lentKernel} from './lent-site.js'
import {endpointsOfHost} from './strangers.js'

/** The current mesh, and the mesh with some objects applied. */
export interface TwoMeshes {
  readonly before: Mesh
  readonly after: Mesh
  readonly states: {readonly before: IstioState; readonly after: IstioState}
  readonly strangers: readonly MeshPod[]
  readonly namespaces: ReadonlyMap<string, NamespaceModel>
  readonly gaps: readonly Gap[]
}

function assumed(state: IstioState, pod: MeshPod): SiteCertificate {
  const domain = state.settings.trustDomains[0] ?? 'cluster.local'
  return {
    uriSans: [`spiffe://${domain}/ns/${pod.ref.namespace}/sa/${pod.serviceAccount}`],
    dnsSans: [],
    validFrom: Number.NEGATIVE_INFINITY,
    validTo: Number.POSITIVE_INFINITY,
    roots: [],
  }
}

/** What a pod that was not captured is like, from what the objects and a captured pod show. */
function strangerSite(basis: Basis, donor: Donor, state: IstioState, pod: MeshPod): ReadSite {
  const bare = {
    pod,
    proxyGap: undefined,
    kernel: undefined,
    kernelGap: undefined,
    proxy: undefined,
    certificate: undefined,
    madeBy: () => undefined,
    rejected: [],
    evidence: [],
  }
  if (pod.mode !== 'sidecar') return {site: {...bare, pod: {...pod, mode: 'none'}}, gaps: [], notes: []}
  const donated = basis.workloads.get(podLabel(donor.site.site.pod.ref))
  const from = viewOf(basis.before, donor.site.site.pod, donated)
  const json = translated(donor.dump, from, viewOf(state, pod, undefined), basis.dumps)
  const site = {
    ...siteWithMadeProxy(bare, json),
    kernel: lentKernel(donor.site.site, pod),
    certificate: assumed(state, pod),
  }
  const note = `${podLabel(pod.ref)} was not captured: its configuration is derived from the objects and that of ${podLabel(donor.site.site.pod.ref)}`
  return {site, gaps: [], notes: [note]}
}

/** A gateway whose configuration was not captured, by its Gateways and VirtualServices. */
function gatewaySite(basis: Basis, donor: Donor, state: IstioState, read: ReadSite): ReadSite {
  const {pod} = read.site
  const from = viewOf(basis.before, donor.site.site.pod, basis.workloads.get(podLabel(donor.site.site.pod.ref)))
  const json = gatewayProxy(donor.dump, from, viewOf(state, pod, basis.workloads.get(podLabel(pod.ref))))
  const note = `${podLabel(pod.ref)}: its configuration was not captured, and is derived from its Gateways and VirtualServices`
  return {
    site: {...siteWithMadeProxy(read.site, json), certificate: read.site.certificate ?? assumed(state, pod)},
    gaps: read.gaps,
    notes: [...read.notes, note],
  }
}

/** The addresses of Services that a change takes away. */
function formerAddresses(before: IstioState, after: IstioState): ReadonlySet<string> {
  const of = ({hosts}: IstioState) => hosts.filter(each => each.resolution === 'EDS').flatMap(each => each.addresses)
  const left = new Set(of(after))
  return new Set(of(before).filter(each => !left.has(each)))
}

/** Reads a mesh twice: the current one, and the one istiod would configure with the overlay. Pods that were not captured are derived. */
export async function twoMeshes(
  source: Source,
  overlay: Overlay,
  now: number,
  senders: readonly NamedSender[],
  istioNamespace: string,
): Promise<TwoMeshes> {
  const basis = await basisOf(source, overlay, senders, istioNamespace)
  const {before, after, settings, changed, donor, facts, strangers, namespaces, gaps} = basis
  const strange = new Set(strangers)
  const seen = (of: Source) => (basis.ambient ? withoutAmbientConfig(of) : of)
  const mesh = (state: IstioState): Promise<Mesh> =>
    readMesh(seen(state === before ? source : changed), now, {
      istioNamespace,
      strangers,
      formerAddresses: state === before ? new Set() : formerAddresses(before, after),
      rootNamespace: settings.rootNamespace,
      backends: (service, port) =>
        endpointsOfHost(
          facts.endpoints,
          `${service.object.name}.${service.object.namespace}.svc.${settings.clusterDomain}`,
          port,
        ),
      speaksHttp: (pod, port) =>
        inboundPorts(before, placeOf(pod), () => undefined).some(each => each.port === port && each.reading === 'http'),
      site: async pod => {
        if (strange.has(pod) && donor !== undefined) return strangerSite(basis, donor, state, pod)
        // Through ztunnels and waypoints as any other mesh is read.
        if (pod.mode === 'ambient' || pod.mode === 'waypoint') return undefined
        const read = await readSite(
          state === before ? source : changed,
          pod,
          state === before ? undefined : editFor(basis, state),
        )
        const unread = read.site.proxy === undefined
        if (unread && pod.mode === 'sidecar' && basis.pods.some(({mode}) => mode === 'ambient')) return undefined
        const unseen = unread && pod.mode === 'gateway'
        return unseen && donor !== undefined ? gatewaySite(basis, donor, state, read) : read
      },
    })
  return {
    before: await mesh(before),
    after: await mesh(after),
    states: {before, after},
    strangers,
    namespaces,
    gaps,
  }
}
