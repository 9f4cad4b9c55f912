import {compileRules} from '../../analysis/netfilter/packet-walk/compile.js'
import {proxyTraitsOf} from '../../analysis/netfilter/proxy-traits.js'
import type {MeshPod, Site, SiteCertificate, SiteKernel, SiteSockets} from '../../analysis/request-path/world.js'
import {parseCerts} from '../../formats/envoy/envoy-certs.js'
import {parseClusters} from '../../formats/envoy/envoy-clusters.js'
import {lazyDump} from '../../formats/envoy-config-dump/lazy-sections.js'
import {madeBy, rejectedIn} from '../../formats/envoy-config-dump/made-by.js'
import {parseConfigDump} from '../../formats/envoy-config-dump/parse.js'
import {proxyOf} from '../../formats/envoy-proto/proxy.js'
import type {EnvoyProxy, LiveHost} from '../../model/envoy/proxy.js'
import {type Answer, answered, type Gap, gapSentence, missing} from '../../model/evidence/answer.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import {ENVOY_MODES} from '../../model/istio/pod-mode.js'
import {type Action, everyRule, ruleCount} from '../../model/kernel/ruleset.js'
import {podLabel} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {listenersOf} from '../kernel/listeners.js'
import {type Kernel, readKernel, whyUnread} from '../kernel/read-kernel.js'
import {readSockets, unreadSockets} from '../pod/sockets.js'
import {noted} from '../provenance.js'

/** The evidence of a pod, and what could not be read or was assumed. */
export interface ReadSite {
  readonly site: Site
  readonly gaps: readonly Gap[]
  readonly notes: readonly string[]
}

/** Health flags of the clusters page that exclude an endpoint (admin.v3.HostHealthStatus). */
const FAILING = ['failed_outlier_check', 'failed_active_health_check', 'excluded_via_immediate_hc_fail']

async function liveHosts(source: Source, pod: MeshPod): Promise<EnvoyProxy['liveHosts']> {
  const page = await source.evidence('envoy.clusters', pod.ref)
  const groups = page.ok ? parseClusters(page.value) : page
  if (!groups.ok) return undefined
  const byName = new Map<string, readonly LiveHost[]>(
    groups.value.map(({cluster, endpoints}) => [
      cluster,
      endpoints.flatMap(({address, hostname, complaints}) =>
        address.kind === 'socket'
          ? [
              {
                address: {ip: address.address, port: address.port},
                hostname,
                failing: complaints.some(each => FAILING.includes(each)),
              },
            ]
          : [],
      ),
    ]),
  )
  return cluster => byName.get(cluster)
}

/** A configuration read, changed before it is used. */
export interface DumpEdit {
  readonly json: unknown
  /** Clusters whose endpoints Envoy does not know yet. */
  readonly changed: ReadonlySet<string>
}

interface ReadProxy {
  readonly proxy: EnvoyProxy
  readonly madeBy: Site['madeBy']
  readonly rejected: readonly string[]
}

/** The configuration of a pod's proxy as JSON. */
export async function readDump(source: Source, pod: Pick<MeshPod, 'ref'>): Promise<Answer<unknown>> {
  const artifact = await source.evidence('envoy.config_dump', pod.ref)
  return dumpIn(artifact)
}

function dumpIn(artifact: Answer<Artifact>): Answer<unknown> {
  const dump = artifact.ok ? parseConfigDump(artifact.value) : artifact
  return dump.ok ? answered(dump.value.json) : dump
}

async function readProxy(source: Source, pod: MeshPod, edit: SiteEdit): Promise<Answer<ReadProxy>> {
  const artifact = await source.evidence('envoy.config_dump', pod.ref)
  // A trace looks at few of the resources; what is damaged among them makes it undecided.
  const lazy = artifact.ok ? lazyDump(artifact.value.bytes) : undefined
  const dump = lazy === undefined ? dumpIn(artifact) : answered(lazy)
  if (!dump.ok) return dump
  const {json, changed} = edit(dump.value, pod)
  const live = await liveHosts(source, pod)
  return answered({
    proxy: {...proxyOf(json), liveHosts: name => (changed.has(name) ? undefined : live?.(name))},
    madeBy: pointer => madeBy(json, pointer),
    rejected: rejectedIn(json),
  })
}

/** The agent's DNS proxy listens on 15053 (istio.io, "Ports used by Istio"). */
function leadsToAgentDns(action: Action): boolean {
  if (action.kind === 'redirect') return action.ports === '15053'
  return action.kind === 'dnat' && action.to.endsWith(':15053')
}

/** True unless an ambient pod's IPv4 rules lack what saves or restores the mark of ztunnel's connections. */
function marksAnswers(rulesets: Parameters<typeof everyRule>[0]): boolean {
  const own = everyRule(rulesets.filter(({family}) => family !== 'ip6')).flatMap(({rule}) => rule.actions)
  return own.some(({kind}) => kind === 'set-connmark') && own.some(({kind}) => kind === 'restore-mark')
}

async function readSiteSockets(source: Source, pod: MeshPod): Promise<SiteSockets | undefined> {
  const table = await readSockets(source, pod.ref)
  if (!table.ok) return undefined
  return {listeners: listenersOf(table.value), complete: unreadSockets(table.value) === undefined}
}

/** True where the rules that would capture IPv4 may be in a place that could not be read: what was read holds no IPv4 rule. */
function mayBeElsewhere({rulesets, unread, from}: Kernel): boolean {
  const nftUnread = unread.includes('net.iptables.nft') && unread.includes('net.nft')
  if (from !== 'live' || !(nftUnread || unread.includes('net.iptables.legacy'))) return false
  return rulesets.every(set => set.family === 'ip6' || ruleCount(set) === 0)
}

async function readSiteKernel(
  source: Source,
  pod: MeshPod,
  sockets: SiteSockets | undefined,
): Promise<Answer<SiteKernel>> {
  const kernel = await readKernel(source, pod.ref, pod.addresses)
  if (kernel.rulesets.length === 0 || (pod.mode !== 'none' && mayBeElsewhere(kernel))) {
    const gap = whyUnread(kernel)
    if (gap !== undefined) return {ok: false, gap}
  }
  const machine = sockets?.complete === true ? {...kernel.machine, listeners: sockets.listeners} : kernel.machine
  return answered({
    rules: compileRules(kernel.rulesets),
    machine,
    traits: proxyTraitsOf(kernel.rulesets),
    marksAnswers: marksAnswers(kernel.rulesets),
    capturesDns: everyRule(kernel.rulesets).some(({rule}) => rule.actions.some(leadsToAgentDns)),
    from: kernel.from,
  })
}

async function readCertificate(source: Source, pod: MeshPod): Promise<Answer<SiteCertificate>> {
  const page = await source.evidence('envoy.certs', pod.ref)
  const certificates = page.ok ? parseCerts(page.value) : page
  if (!certificates.ok) return certificates
  const own = certificates.value.find(each => each.role === 'own' && each.names.length > 0)
  if (own === undefined) return missing('the certificate of the proxy', 'not-found', 'Envoy lists none')
  const isUri = (name: string) => name.includes('://')
  return answered({
    uriSans: own.names.filter(isUri),
    dnsSans: own.names.filter(name => !isUri(name)),
    validFrom: Date.parse(own.validFrom),
    validTo: Date.parse(own.validTo),
    roots: certificates.value.filter(each => each.role === 'trusted').map(each => each.serial),
  })
}

/** The certificate Istio issues for a service account (SPIFFE-ID of istio.io, "Security"), where Envoy's own could not be read. */
function assumedCertificate(pod: MeshPod): SiteCertificate {
  const {namespace} = pod.ref
  return {
    uriSans: [`spiffe://cluster.local/ns/${namespace}/sa/${pod.serviceAccount}`],
    dnsSans: [],
    validFrom: Number.NEGATIVE_INFINITY,
    validTo: Number.POSITIVE_INFINITY,
    roots: [],
  }
}

/** What is made of a pod's configuration before it is used. */
export type SiteEdit = (dump: unknown, pod: MeshPod) => DumpEdit

const asRead: SiteEdit = json => ({json, changed: new Set()})

/** Reads the evidence of a pod on the path: its proxy's configuration and certificate, and its kernel rules. */
export async function readSite(given: Source, pod: MeshPod, edit: SiteEdit = asRead): Promise<ReadSite> {
  const source = noted(given)
  const proxied = ENVOY_MODES.includes(pod.mode)
  const none = missing('the proxy', 'not-applicable', `${podLabel(pod.ref)} has no proxy`)
  const sockets = await readSiteSockets(source, pod)
  const [proxy, kernel, certificate] = await Promise.all([
    proxied ? readProxy(source, pod, edit) : none,
    readSiteKernel(source, pod, sockets),
    proxied ? readCertificate(source, pod) : none,
  ])
  const assumes = proxied && proxy.ok && !certificate.ok
  const gaps = [
    ...(proxied && !proxy.ok ? [proxy.gap] : []),
    ...(pod.mode === 'sidecar' && !kernel.ok ? [kernel.gap] : []),
  ]
  const from = kernel.ok ? kernel.value.from : 'live'
  return {
    site: {
      pod,
      proxy: proxy.ok ? proxy.value.proxy : undefined,
      proxyGap: proxy.ok ? undefined : gapSentence(proxy.gap),
      kernel: kernel.ok ? kernel.value : undefined,
      sockets,
      kernelGap: kernel.ok ? undefined : gapSentence(kernel.gap),
      madeBy: proxy.ok ? proxy.value.madeBy : () => undefined,
      rejected: proxy.ok ? proxy.value.rejected : [],
      evidence: source.ledger.uses(),
      certificate: certificate.ok ? certificate.value : assumes ? assumedCertificate(pod) : undefined,
    },
    gaps,
    notes: [
      ...(assumes
        ? [
            `the certificate of ${podLabel(pod.ref)} could not be read: one for its service account in trust domain cluster.local is assumed`,
          ]
        : []),
      ...(from === 'log' && pod.mode === 'sidecar'
        ? [
            `the iptables rules of ${podLabel(pod.ref)} are from pod start (istio-init); the current ones could not be read`,
          ]
        : []),
    ],
  }
}
