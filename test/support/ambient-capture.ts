import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {isObject, listOf} from '../../src/formats/decode.js'
import type {EvidenceId, Provenance} from '../../src/model/evidence/evidence.js'
import type {KubeObject} from '../../src/model/kube/kube-object.js'
import {BUNDLE_VERSION, type EvidenceEntry, type ObjectsEntry} from '../../src/sources/bundle/layout.js'
import {type BlobSet, blobSet} from '../../src/sources/bundle/write.js'
import {type Capture, heldBytes, isChosen, objectList} from './mesh-capture.js'

/** Files of a pod's folder in a recording of an ambient mesh, by the evidence they are. */
const FILES: Readonly<Partial<Record<EvidenceId, string>>> = {
  'envoy.config_dump': 'envoy/config_dump.json',
  'envoy.clusters': 'envoy/clusters.json',
  'envoy.listeners': 'envoy/listeners.json',
  'envoy.server_info': 'envoy/server_info.json',
  'envoy.certs': 'envoy/certs.json',
  'net.iptables.nft': 'netns/iptables-nft-save.txt',
  'net.iptables.legacy': 'netns/iptables-legacy-save.txt',
  'net.ip6tables.nft': 'netns/ip6tables-nft-save.txt',
  'net.ip6tables.legacy': 'netns/ip6tables-legacy-save.txt',
  'net.nft': 'netns/nft-list-ruleset.txt',
  'net.ip-rule': 'netns/ip-rule.txt',
  'net.ip-route': 'netns/ip-route-all.txt',
  'net.ip-addr': 'netns/ip-addr.json',
  'net.sockets': 'netns/ss-lntup-H.txt',
  'log.istio-proxy': 'log.txt',
  'ztunnel.config_dump': 'config_dump.json',
  'ztunnel.logging': 'logging.txt',
  'ztunnel.metrics': 'metrics_15020.txt',
}
const PROC = ['tcp', 'tcp6', 'udp', 'udp6'].map(name => `netns/proc_net_${name}.txt`)

/** A part of a recording of an ambient mesh. */
export interface AmbientChoice {
  /** The moment whose evidence is taken, a folder of `moments`. */
  readonly moment: string
  readonly capturedAt: string
  /** Pods of ambient namespaces to keep, by the start of `namespace.name`; all when absent. */
  readonly pods?: readonly string[]
  /** Leaves out what ztunnels and waypoints say: objects, and the pods' own kernels, remain. */
  readonly objectsOnly?: true
  /** Labels laid over objects before they are kept, by `Kind namespace/name` (`Kind name` for one without a namespace). */
  readonly labels?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Leaves evidence and objects as they were read. */
  readonly unredacted?: true
}

function folderEvidence(
  {folder, namespace, pod}: PodFolder,
  choice: AmbientChoice,
  blobs: BlobSet,
): readonly EvidenceEntry[] {
  const provenance: Provenance = {from: 'node'}
  const entry = (id: EvidenceId, bytes: Uint8Array): EvidenceEntry => ({
    namespace,
    pod,
    id,
    provenance,
    held: blobs.add(heldBytes(id, bytes, choice)),
  })
  const found = (Object.entries(FILES) as [EvidenceId, string][])
    .filter(([, file]) => existsSync(join(folder, file)))
    .map(([id, file]) => entry(id, readFileSync(join(folder, file))))
  const proc = PROC.filter(file => existsSync(join(folder, file))).map(file => readFileSync(join(folder, file)))
  return [...found, ...(proc.length === 0 ? [] : [entry('net.proc', Buffer.concat(proc))])]
}

interface PodFolder {
  readonly namespace: string
  readonly pod: string
  readonly folder: string
}

function foldersIn(path: string): readonly PodFolder[] {
  if (!existsSync(path)) return []
  return readdirSync(path).flatMap(name => {
    const [, namespace = 'istio-system', pod = name] = /^([^.]+)\.(.*)$/.exec(name) ?? []
    return [{namespace, pod, folder: join(path, name)}]
  })
}

function json(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}

function cniLog(moment: string, choice: AmbientChoice, blobs: BlobSet): readonly EvidenceEntry[] {
  const folder = join(moment, 'istio-cni')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter(file => file.endsWith('.log.txt'))
    .map(file => ({
      namespace: 'istio-system',
      pod: file.replace('.log.txt', ''),
      id: 'log.istio-cni',
      provenance: {from: 'node'},
      held: blobs.add(heldBytes('log.istio-cni', readFileSync(join(folder, file)), choice)),
    }))
}

/** Files of a node that its istio-cni agent, which shares the network of the node, can read. */
const NODE_FILES: Readonly<Partial<Record<EvidenceId, string>>> = {
  'net.iptables.legacy': 'iptables-legacy-save.txt',
  'net.ip6tables.legacy': 'ip6tables-legacy-save.txt',
  'net.ipset': 'ipset-list.txt',
  'net.ip-rule': 'ip-rule.txt',
  'net.ip-route': 'ip-route-all.txt',
}

function nodeEvidence(moment: string, pods: readonly KubeObject[], blobs: BlobSet): readonly EvidenceEntry[] {
  const agent = pods.find(({metadata}) => metadata.name.startsWith('istio-cni-node-'))
  if (agent === undefined) return []
  return (Object.entries(NODE_FILES) as [EvidenceId, string][]).flatMap(([id, name]) => {
    const file = join(moment, 'node', name)
    if (!existsSync(file)) return []
    const held = blobs.add(readFileSync(file))
    return [{namespace: 'istio-system', pod: agent.metadata.name, id, provenance: {container: 'install-cni'}, held}]
  })
}

const ISTIOD_PAGES = ['istiod.syncz', 'istiod.ambientz'] as const

function istiodPages(
  moment: string,
  pods: readonly KubeObject[],
  choice: AmbientChoice,
  blobs: BlobSet,
): readonly EvidenceEntry[] {
  const istiod = pods.find(({metadata}) => metadata.name.startsWith('istiod-amb-'))
  const from = istiod?.metadata.name ?? 'istiod'
  return ISTIOD_PAGES.flatMap(id => {
    const page = id.replace('istiod.', '')
    const file = join(moment, 'istiod', `${page}.json`)
    if (!existsSync(file)) return []
    const held = blobs.add(heldBytes(id, readFileSync(file), choice))
    return [{namespace: 'istio-system', pod: from, id, provenance: {from, path: `debug/${page}`}, held}]
  })
}

/** The pods as they were at the moment: those recorded with it, and of the others those that are not node agents of a later time. */
function podsAt(folder: string, folders: readonly PodFolder[], cniFiles: readonly string[]): readonly KubeObject[] {
  const recorded = folders
    .filter(({folder: of}) => existsSync(join(of, 'pod.json')))
    .map(({folder: of}) => json(join(of, 'pod.json')) as KubeObject)
  const cni = cniFiles.map(file => json(file) as KubeObject)
  const own = [
    ...new Map([...recorded, ...cni].map(pod => [`${pod.metadata.namespace}/${pod.metadata.name}`, pod])).values(),
  ]
  const names = new Set(own.map(({metadata}) => `${metadata.namespace}/${metadata.name}`))
  const agents = ['ztunnel-', 'istio-cni-node-'].filter(each =>
    own.some(({metadata}) => metadata.name.startsWith(each)),
  )
  const isAgent = ({metadata}: KubeObject) => agents.some(each => metadata.name.startsWith(each))
  const later = listOf(json(join(folder, 'kubernetes/objects/v1_pods.json')), 'items') as readonly KubeObject[]
  const rest = later.filter(pod => !names.has(`${pod.metadata.namespace}/${pod.metadata.name}`) && !isAgent(pod))
  return [...own, ...rest]
}

function kindOfList(list: unknown): string {
  return (list as {readonly kind: string}).kind.replace(/List$/, '')
}

function labelled(object: KubeObject, kind: string, {labels = {}}: AmbientChoice): KubeObject {
  const {metadata} = object
  const own = labels[`${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`]
  return own === undefined ? object : {...object, metadata: {...metadata, labels: {...metadata.labels, ...own}}}
}

/** Turns a recording of an ambient mesh (moments and objects) into a bundle of one moment, redacted as `capture` redacts. */
export function ambientCapture(folder: string, choice: AmbientChoice): Capture {
  const blobs = blobSet()
  const moment = join(folder, 'moments', choice.moment)
  const folders = ['pods', 'waypoint', 'ztunnel'].flatMap(kind => foldersIn(join(moment, kind)))
  const evident = choice.objectsOnly === true ? foldersIn(join(moment, 'pods')) : folders
  const cni = join(moment, 'istio-cni')
  const agents = existsSync(cni) ? readdirSync(cni).filter(file => file.endsWith('.pod.json')) : []
  const kept = (namespace: string, name: string) => isChosen(`${namespace}.${name}`, choice.pods)
  const pods = podsAt(
    folder,
    folders,
    agents.map(file => join(cni, file)),
  ).filter(({metadata}) => kept(metadata.namespace ?? '', metadata.name))
  const lists = readdirSync(join(folder, 'kubernetes/objects'))
    .filter(file => !file.startsWith('v1_pods') && file.endsWith('.json'))
    .flatMap((file): ObjectsEntry[] => {
      const list = json(join(folder, 'kubernetes/objects', file))
      const items = listOf(list, 'items')
        .filter(isObject)
        .map(each => labelled(each as unknown as KubeObject, kindOfList(list), choice))
      return objectList(list, items, blobs, choice.unredacted)
    })
  const evidence = new Map(
    evident
      .filter(({namespace, pod}) => kept(namespace, pod))
      .flatMap(each => folderEvidence(each, choice, blobs))
      .map(entry => [`${entry.namespace}/${entry.pod}/${entry.id}`, entry]),
  )
  return {
    index: {
      version: BUNDLE_VERSION,
      capturedAt: choice.capturedAt,
      from: 'a Kubernetes 1.34 cluster with Istio 1.31 in ambient mode',
      tool: 'meshctl',
      defaultNamespace: 'amb',
      redacted: choice.unredacted !== true,
      evidence: [
        ...evidence.values(),
        ...cniLog(moment, choice, blobs),
        ...istiodPages(moment, pods, choice, blobs),
        ...nodeEvidence(moment, pods, blobs),
      ],
      objects: [...lists, ...objectList({kind: 'PodList', apiVersion: 'v1'}, pods, blobs, choice.unredacted)],
    },
    blobs: blobs.blobs,
  }
}
