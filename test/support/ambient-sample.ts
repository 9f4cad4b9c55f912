import {isObject, listOf, objectOf, textOf} from '../../src/formats/decode.js'
import {own} from '../../src/model/collections/own.js'
import type {BlobRef, EvidenceEntry, ObjectsEntry} from '../../src/sources/bundle/layout.js'
import {isBlob} from '../../src/sources/bundle/layout.js'
import {type BlobSet, blobSet} from '../../src/sources/bundle/write.js'
import {ambientCapture} from './ambient-capture.js'
import type {Capture} from './mesh-capture.js'

/** Pods of the ambient corner at the moment `2-policy`, by the start of `namespace.name`. */
const PODS = [
  'amb.client-776',
  'amb.api-v1',
  'amb.api-v2',
  'amb.waypoint-',
  'istio-system.ztunnel',
  'istio-system.istiod-amb',
]
/** The pod that was labelled while the agent of istio-cni was away: outside the mesh, and not on purpose. */
const LATE = 'amb-out.late'
/** Objects of the corner beside those of its pods, by kind: `namespace/name` or, for objects of the cluster, the name. */
const OBJECTS: Readonly<Record<string, readonly string[]>> = {
  AuthorizationPolicy: ['amb/api-allow', 'amb/api-deny-admin', 'amb/api-only-waypoint'],
  HTTPRoute: ['amb/api'],
  Gateway: ['amb/waypoint'],
  GatewayClass: ['istio-waypoint'],
  Namespace: ['amb', 'amb-out'],
  ConfigMap: ['istio-system/istio-amb'],
  Deployment: ['amb/client', 'amb/api-v1', 'amb/api-v2', 'amb/waypoint', 'amb-out/late', 'istio-system/istiod-amb'],
  Service: [
    'amb/client',
    'amb/api',
    'amb/api-v1',
    'amb/api-v2',
    'amb/waypoint',
    'amb-out/late',
    'istio-system/istiod-amb',
  ],
  ServiceAccount: [
    'amb/client',
    'amb/api',
    'amb/waypoint',
    'amb-out/late',
    'istio-system/ztunnel',
    'istio-system/istiod-amb',
  ],
  PeerAuthentication: [],
  Node: [],
}

/** The recordings of the ambient mesh are ten days younger than those of the sidecars: their times move by a fixed distance. */
const EARLIER_MS = (9 * 24 + 6) * 3_600_000 + 600_000
const TIME = /\b2026-1[12]-\d\dT\d\d:\d\d:\d\d/g

function earlier(text: string): string {
  return text.replace(TIME, time => new Date(Date.parse(`${time}Z`) - EARLIER_MS).toISOString().slice(0, 19))
}

function nameOf(item: unknown): string {
  const namespace = textOf(item, 'metadata', 'namespace')
  const name = textOf(item, 'metadata', 'name') ?? ''
  return namespace === undefined ? name : `${namespace}/${name}`
}

function belongs(kind: string, item: unknown): boolean {
  if (kind === 'Pod') return true
  if (kind === 'EndpointSlice') {
    const service = `${textOf(item, 'metadata', 'namespace')}/${textOf(item, 'metadata', 'labels', 'kubernetes.io/service-name')}`
    return (OBJECTS.Service ?? []).includes(service)
  }
  return (own(OBJECTS, kind) ?? []).includes(nameOf(item))
}

function inCorner(each: unknown): boolean {
  const id = `${textOf(each, 'namespace')}/${textOf(each, 'name')}`
  const all = [...(OBJECTS.Service ?? []), ...(OBJECTS.AuthorizationPolicy ?? [])]
  return all.includes(id) || [...PODS, LATE].some(pod => id.startsWith(pod.replace('.', '/')))
}

/** What ztunnel knows, cut down to the corner. */
function cutZtunnel(dump: Record<string, unknown>): Record<string, unknown> {
  const accounts = (OBJECTS.ServiceAccount ?? []).map(each => `spiffe://cluster.local/ns/${each.replace('/', '/sa/')}`)
  const states = Object.entries(objectOf(dump, 'workloadState') ?? {}).filter(([, state]) =>
    inCorner(objectOf(state, 'info')),
  )
  return {
    ...dump,
    certificates: listOf(dump, 'certificates').filter(each => accounts.includes(textOf(each, 'identity') ?? '')),
    policies: listOf(dump, 'policies').filter(inCorner),
    services: listOf(dump, 'services').filter(inCorner),
    workloads: listOf(dump, 'workloads').filter(inCorner),
    workloadState: Object.fromEntries(states),
  }
}

/** Certificates cannot be moved in time without a new signature, and have another root than those of the sidecars: Envoy's secrets are left out. */
function withoutSecrets(dump: Record<string, unknown>): Record<string, unknown> {
  const isSecrets = (each: unknown) => (textOf(each, '@type') ?? '').endsWith('.SecretsConfigDump')
  return {...dump, configs: listOf(dump, 'configs').filter(each => !isSecrets(each))}
}

function shown(entry: EvidenceEntry, text: string): string {
  const json = (change: (dump: Record<string, unknown>) => unknown) => {
    const dump: unknown = JSON.parse(text)
    return JSON.stringify(isObject(dump) ? change(dump) : dump)
  }
  switch (entry.id) {
    case 'ztunnel.config_dump':
      return json(cutZtunnel)
    case 'envoy.config_dump':
      return json(withoutSecrets)
    case 'istiod.syncz': {
      const rows: unknown = JSON.parse(text)
      const pod = (row: unknown) => (textOf(row, 'proxy') ?? '').split('.').reverse().join('.')
      const kept = (row: unknown) => PODS.some(prefix => pod(row).startsWith(prefix))
      return JSON.stringify((Array.isArray(rows) ? rows : []).filter(kept))
    }
    case 'log.istio-proxy':
    case 'log.istio-cni':
      // The end of a log is what tells, and 200 lines of it are enough.
      return `${text.trimEnd().split('\n').slice(-200).join('\n')}\n`
    default:
      return text
  }
}

/** Metrics count what all pods of the recording did; certificates are of another root than those of the sidecars. */
const LEFT_OUT = ['ztunnel.metrics', 'envoy.certs']

function textAt(capture: Capture, held: BlobRef): string {
  return Buffer.from(capture.blobs.get(held.sha256) ?? []).toString('utf8')
}

function evidenceOf(capture: Capture, blobs: BlobSet): readonly EvidenceEntry[] {
  return capture.index.evidence.flatMap(entry => {
    if (LEFT_OUT.includes(entry.id) || !isBlob(entry.held)) return []
    const text = earlier(shown(entry, textAt(capture, entry.held)))
    return [{...entry, held: blobs.add(Buffer.from(text))}]
  })
}

type ItemsByKind = Map<string, unknown[]>

function itemsOf(capture: Capture, kinds: readonly string[] | undefined): ItemsByKind {
  const found: ItemsByKind = new Map()
  for (const {apiVersion, kind, held} of capture.index.objects) {
    if (!isBlob(held) || kinds?.includes(kind) === false) continue
    const list: unknown = JSON.parse(earlier(textAt(capture, held)))
    const key = `${apiVersion} ${kind}`
    found.set(key, [...(found.get(key) ?? []), ...listOf(list, 'items').filter(item => belongs(kind, item))])
  }
  return found
}

function merged(mesh: Capture, corner: readonly ItemsByKind[], blobs: BlobSet): readonly ObjectsEntry[] {
  const kept = mesh.index.objects.map(({apiVersion, kind, held}) => ({
    apiVersion,
    kind,
    items: isBlob(held) ? listOf(JSON.parse(textAt(mesh, held)), 'items') : [],
  }))
  const known = new Set(kept.map(({apiVersion, kind}) => `${apiVersion} ${kind}`))
  const more = [...new Set(corner.flatMap(each => [...each.keys()]))].filter(key => !known.has(key))
  const all = [
    ...kept,
    ...more.map(key => ({apiVersion: key.split(' ')[0] ?? '', kind: key.split(' ')[1] ?? '', items: []})),
  ]
  return all.flatMap(({apiVersion, kind, items}) => {
    const added = corner.flatMap(each => each.get(`${apiVersion} ${kind}`) ?? [])
    if (items.length + added.length === 0 && !known.has(`${apiVersion} ${kind}`)) return []
    const body = {apiVersion, kind: `${kind}List`, items: [...items, ...added]}
    return [{apiVersion, kind, namespace: '*', held: blobs.add(Buffer.from(JSON.stringify(body)))}]
  })
}

/** The capture of a mesh with a corner in ambient mode added: a client, a Service with its waypoint, and a pod outside the mesh by accident. */
export function withAmbientCorner(mesh: Capture, folder: string): Capture {
  const {capturedAt} = mesh.index
  const corner = ambientCapture(folder, {moment: '2-policy', capturedAt, pods: PODS})
  const late = ambientCapture(folder, {moment: '5-without-cni-agent', capturedAt, pods: [LATE]})
  const blobs = blobSet()
  const copied = mesh.index.evidence.map(entry =>
    isBlob(entry.held) ? {...entry, held: blobs.add(mesh.blobs.get(entry.held.sha256) ?? new Uint8Array())} : entry,
  )
  const objects = merged(mesh, [itemsOf(corner, undefined), itemsOf(late, ['Pod'])], blobs)
  const ofLate = late.index.evidence.filter(({pod}) => pod.startsWith('late-'))
  const evidence = [
    ...copied,
    ...evidenceOf(corner, blobs),
    ...evidenceOf({...late, index: {...late.index, evidence: ofLate}}, blobs),
  ]
  return {index: {...mesh.index, evidence, objects}, blobs: blobs.blobs}
}
