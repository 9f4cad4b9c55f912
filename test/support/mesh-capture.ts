import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {isObject, listOf, textMapOf, textOf} from '../../src/formats/decode.js'
import {redactEvidence, redactObject} from '../../src/formats/redact/redact.js'
import type {Gap} from '../../src/model/evidence/answer.js'
import {EVIDENCE, type EvidenceId, type Provenance} from '../../src/model/evidence/evidence.js'
import {KINDS, kindOf} from '../../src/model/kube/kinds.js'
import type {KubeObject} from '../../src/model/kube/kube-object.js'
import {
  BUNDLE_VERSION,
  type BundleIndex,
  blobPath,
  type EvidenceEntry,
  type ObjectsEntry,
  renderIndex,
} from '../../src/sources/bundle/layout.js'
import {bundleSource} from '../../src/sources/bundle/source.js'
import {type BlobSet, blobSet} from '../../src/sources/bundle/write.js'
import type {Source} from '../../src/sources/source.js'
import {SHARED} from './shared-folder.js'

/** Files of a raw capture folder (one folder per pod, as captured on the node) by the evidence they are. */
const FILES: Readonly<Partial<Record<EvidenceId, string>>> = {
  'envoy.config_dump': 'envoy/config_dump.json',
  'envoy.clusters': 'envoy/clusters.json',
  'envoy.listeners': 'envoy/listeners.json',
  'envoy.server_info': 'envoy/server_info.json',
  'envoy.certs': 'envoy/certs.json',
  'net.iptables.nft': 'net/iptables-save-c.txt',
  'net.iptables.legacy': 'net/iptables-legacy-save.txt',
  'net.ip6tables.nft': 'net/ip6tables-save.txt',
  'net.nft': 'net/nft-list-ruleset.txt',
  'net.ip-rule': 'net/ip-rule.txt',
  'net.ip-route': 'net/ip-route-all.txt',
  'net.ip-addr': 'net/ip-addr.json',
  'net.sockets': 'net/ss-lntup-H.txt',
  'log.istio-init': 'logs/istio-init.log',
  'log.istio-proxy': 'logs/istio-proxy.log',
  'log.discovery': 'logs/discovery.log',
}
const PROC = ['net/proc_net_tcp.txt', 'net/proc_net_tcp6.txt', 'net/proc_net_udp.txt', 'net/proc_net_udp6.txt']
const KERNEL = Object.keys(EVIDENCE).filter(
  id => id.startsWith('net.iptables') || id.startsWith('net.ip6tables') || id === 'net.nft',
)

/** Kinds without objects that rules ask about. */
const EMPTY = KINDS.filter(({kind}) => ['NetworkPolicy', 'RequestAuthentication'].includes(kind))

export interface CaptureChoice {
  readonly capturedAt: string
  /** Pods to keep, by the start of `namespace.name`; all when absent. */
  readonly pods?: readonly string[]
  /** Pods whose kernel rules are left as the sidecar itself could read them: denied. */
  readonly unprivileged?: readonly string[]
  /** Leaves evidence and objects as they were read: redaction takes most of the time, and only bundles that are kept need it. */
  readonly unredacted?: true
}

export interface Capture {
  readonly index: BundleIndex
  readonly blobs: ReadonlyMap<string, Uint8Array>
}

/** True for a name that begins with one of the prefixes, or where none is given. */
export function isChosen(name: string, prefixes: readonly string[] | undefined): boolean {
  return prefixes === undefined || prefixes.some(prefix => name.startsWith(prefix))
}

function denial(folder: string): Gap | undefined {
  const tries: unknown = JSON.parse(readFileSync(join(folder, 'exec.json'), 'utf8'))
  const save = (Array.isArray(tries) ? tries : []).find(
    each => textOf(each, 'container') === 'istio-proxy' && listOf(each, 'argv')[0] === 'iptables-save',
  )
  const said = textOf(save, 'kubectlStderr')?.split('\n')[0]
  if (said === undefined) return undefined
  return {what: EVIDENCE['net.iptables.nft'].title, reason: 'no-privilege', detail: `iptables-save -c: ${said}`}
}

/** The evidence as a bundle holds it: redacted, unless the choice says otherwise. */
export function heldBytes(
  id: EvidenceId,
  bytes: Uint8Array,
  {unredacted}: Pick<CaptureChoice, 'unredacted'>,
): Uint8Array {
  return unredacted ? bytes : redactEvidence(id, bytes)
}

function podEvidence(
  folder: string,
  namespace: string,
  pod: string,
  choice: CaptureChoice,
  blobs: BlobSet,
): EvidenceEntry[] {
  const denied = isChosen(`${namespace}.${pod}`, choice.unprivileged ?? []) ? denial(folder) : undefined
  const from: Provenance = {from: 'node'}
  const entries: EvidenceEntry[] = []
  for (const [id, file] of Object.entries(FILES) as [EvidenceId, string][]) {
    const path = join(folder, file)
    if (KERNEL.includes(id) && denied !== undefined) {
      if (id === 'net.iptables.nft')
        entries.push({namespace, pod, id, provenance: {container: 'istio-proxy'}, held: denied})
    } else if (existsSync(path)) {
      entries.push({namespace, pod, id, provenance: from, held: blobs.add(heldBytes(id, readFileSync(path), choice))})
    }
  }
  const proc = PROC.filter(file => existsSync(join(folder, file))).map(file => readFileSync(join(folder, file)))
  if (proc.length > 0)
    entries.push({namespace, pod, id: 'net.proc', provenance: from, held: blobs.add(Buffer.concat(proc))})
  return entries
}

/** istiod's own pages: syncz for each istiod, and the configuration it holds for each proxy (or its plain-text refusal). */
function istiodEvidence(
  folder: string,
  keep: (podAndNamespace: string) => boolean,
  choice: CaptureChoice,
  blobs: BlobSet,
): EvidenceEntry[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap(istiod => {
    const syncz: unknown = JSON.parse(readFileSync(join(folder, istiod, 'debug_syncz.txt'), 'utf8'))
    const kept = (Array.isArray(syncz) ? syncz : []).filter(each => keep(textOf(each, 'proxy') ?? ''))
    const page: EvidenceEntry = {
      namespace: 'istio-system',
      pod: istiod,
      id: 'istiod.syncz',
      provenance: {from: istiod, path: 'debug/syncz'},
      held: blobs.add(Buffer.from(JSON.stringify(kept))),
    }
    const dumps = readdirSync(join(folder, istiod, 'config_dump')).flatMap((file): EvidenceEntry[] => {
      const [, pod = '', namespace = ''] = /^(.*)\.([^.]+)\.json$/.exec(file) ?? []
      if (!keep(`${pod}.${namespace}`)) return []
      const bytes = readFileSync(join(folder, istiod, 'config_dump', file))
      const provenance = {from: istiod, path: `debug/config_dump?proxyID=${pod}.${namespace}`}
      const said = bytes.toString('utf8').trim()
      const refused: Gap = {what: EVIDENCE['istiod.config_dump'].title, reason: 'not-found', detail: said.slice(0, 200)}
      const held = said.startsWith('{') ? blobs.add(heldBytes('istiod.config_dump', bytes, choice)) : refused
      return [{namespace, pod, id: 'istiod.config_dump', provenance, held}]
    })
    const version = join(folder, istiod, 'version.txt')
    const versions: EvidenceEntry[] = existsSync(version)
      ? [
          {
            ...page,
            id: 'istiod.version',
            provenance: {from: istiod, path: 'version'},
            held: blobs.add(readFileSync(version)),
          },
        ]
      : []
    return [page, ...versions, ...dumps]
  })
}

function withoutManagedFields(object: KubeObject): KubeObject {
  const {managedFields: _, ...metadata} = object.metadata
  return {...object, metadata} as KubeObject
}

/** Workloads of pods that were left out are left out too, so that every name in the capture leads somewhere. */
function kept(object: KubeObject, podNames: readonly string[], choice: CaptureChoice): boolean {
  if (choice.pods === undefined) return true
  const {name, namespace = ''} = object.metadata
  if (object.kind === 'Pod') return podNames.includes(`${namespace}.${name}`)
  if (['Deployment', 'ReplicaSet', 'StatefulSet'].includes(object.kind)) {
    const selector = Object.entries(textMapOf(object, 'spec', 'selector', 'matchLabels'))
    return selector.length > 0 && podNames.some(pod => pod.startsWith(`${namespace}.${name}-`))
  }
  return true
}

/** A list of objects as an entry of a bundle, redacted; none for kinds meshctl does not know. */
export function objectList(
  list: unknown,
  objects: readonly unknown[],
  blobs: BlobSet,
  unredacted?: true,
): ObjectsEntry[] {
  const kind = (textOf(list, 'kind') ?? '').replace(/List$/, '')
  const apiVersion = textOf(list, 'apiVersion') ?? ''
  if (kindOf(kind) === undefined || ['Endpoints', 'Event'].includes(kind)) return []
  const items = objects
    .filter(isObject)
    .map(item => withoutManagedFields({...item, apiVersion, kind} as unknown as KubeObject))
    .filter(item => kind !== 'ConfigMap' || item.metadata.namespace === 'istio-system')
    .map(item => (unredacted ? item : redactObject(item)))
  const body = {apiVersion, kind: `${kind}List`, items: items.map(({apiVersion: _a, kind: _k, ...rest}) => rest)}
  return [{apiVersion, kind, namespace: '*', held: blobs.add(Buffer.from(JSON.stringify(body)))}]
}

function objectLists(
  folder: string,
  podNames: readonly string[],
  choice: CaptureChoice,
  blobs: BlobSet,
): ObjectsEntry[] {
  return readdirSync(folder).flatMap(file => {
    const list: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'))
    const kind = (textOf(list, 'kind') ?? '').replace(/List$/, '')
    const items = listOf(list, 'items')
      .filter(isObject)
      .filter(item => kept({...item, kind} as unknown as KubeObject, podNames, choice))
    return objectList(list, items, blobs, choice.unredacted)
  })
}

/** The captured mesh had no object of these kinds: its API server has them, and every list with something in it was kept. */
function emptyLists(discovery: string, held: readonly ObjectsEntry[], blobs: BlobSet): ObjectsEntry[] {
  if (!existsSync(discovery)) return []
  const served = readdirSync(discovery).flatMap(file => {
    const list: unknown = JSON.parse(readFileSync(join(discovery, file), 'utf8'))
    return listOf(list, 'resources').map(each => `${textOf(list, 'groupVersion')} ${textOf(each, 'kind')}`)
  })
  return EMPTY.filter(
    ({kind, apiVersion}) => served.includes(`${apiVersion} ${kind}`) && !held.some(each => each.kind === kind),
  ).map(({kind, apiVersion}) => {
    const body = {apiVersion, kind: `${kind}List`, items: []}
    return {apiVersion, kind, namespace: '*', held: blobs.add(Buffer.from(JSON.stringify(body)))}
  })
}

/** Turns a raw capture folder of a mesh into a bundle, redacted as `capture` redacts; the same folder always gives the same bundle. */
export function meshCapture(folder: string, choice: CaptureChoice): Capture {
  const blobs = blobSet()
  const pods = readdirSync(join(folder, 'pods'))
    .filter(name => isChosen(name, choice.pods))
    .sort()
  const evidence = pods.flatMap(folderName => {
    const [, namespace = '', pod = ''] = /^([^.]+)\.(.*)$/.exec(folderName) ?? []
    return podEvidence(join(folder, 'pods', folderName), namespace, pod, choice, blobs)
  })
  const objects = objectLists(join(folder, 'kubernetes', 'objects'), pods, choice, blobs)
  const keep = (podAndNamespace: string) => {
    const [, pod = '', namespace = ''] = /^(.*)\.([^.]+)$/.exec(podAndNamespace) ?? []
    return pods.includes(`${namespace}.${pod}`)
  }
  const index: BundleIndex = {
    version: BUNDLE_VERSION,
    capturedAt: choice.capturedAt,
    from: 'a Kubernetes 1.34 cluster with Istio 1.31',
    tool: 'meshctl',
    defaultNamespace: 'demo',
    redacted: choice.unredacted !== true,
    evidence: [...evidence, ...istiodEvidence(join(folder, 'istiod'), keep, choice, blobs)],
    objects: [...objects, ...emptyLists(join(folder, 'kubernetes', 'discovery'), objects, blobs)],
  }
  return {index, blobs: blobs.blobs}
}

/** A capture as a source, without writing it anywhere. */
export async function captureSource(capture: Capture): Promise<Source> {
  const files = new Map<string, Uint8Array>([['bundle.json', Buffer.from(renderIndex(capture.index))]])
  for (const [sha256, bytes] of capture.blobs) files.set(blobPath(sha256), bytes)
  return await bundleSource(
    {label: 'the capture', read: async path => files.get(path)},
    {kind: 'bundle', label: 'the capture'},
  )
}

/** The mesh of the shared recordings as a source, whole and as it was read. */
export async function sharedMesh(capturedAt = '2026-11-20T19:00:00Z'): Promise<Source> {
  return await captureSource(meshCapture(join(SHARED, 'mesh'), {capturedAt, unredacted: true}))
}
