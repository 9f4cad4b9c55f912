import type {MeshPod} from '../../analysis/request-path/world.js'
import {listingOnce} from '../../evidence/asked-once.js'
import {presentState} from '../../evidence/predicted-mesh/present.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {textOf} from '../../formats/decode.js'
import {parseCerts} from '../../formats/envoy/envoy-certs.js'
import {certificatesIn} from '../../formats/envoy-config-dump/certificate.js'
import {meshChain} from '../../formats/envoy-config-dump/mesh-chain.js'
import {boundedMap} from '../../model/collections/bounded-map.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {AdminCertificate} from '../../model/envoy/admin-certificate.js'
import {type Answer, answered, type Gap} from '../../model/evidence/answer.js'
import {ENVOY_MODES} from '../../model/istio/pod-mode.js'
import {type PodRef, podLabel} from '../../model/kube/kube-object.js'
import {humanCount} from '../../model/text/human-count.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import {type GatewayCredential, gatewayCredentials, type SecretsOf, secretsReader} from './credentials.js'
import {
  chainCas,
  clockSkewDays,
  type Intermediate,
  intermediateCas,
  type Judged,
  meshRoots,
  type RootIdentity,
  rootKeys,
  type TrustMismatch,
  trustMismatches,
  trustsItself,
} from './trust.js'

export type CertStatus =
  | 'OK'
  | 'EXPIRES SOON'
  | 'NOT ROTATING'
  | 'EXPIRED'
  | 'NOT YET VALID'
  | 'OTHER IDENTITY'
  | 'OTHER ROOT'
  | 'CLOCK SKEW'
  | 'NONE'

/** The certificates of one proxy. */
export interface ProxyCertificates {
  readonly pod: PodRef
  readonly status: CertStatus
  /** The SPIFFE identity of the leaf. */
  readonly identity: string | undefined
  readonly serial: string | undefined
  readonly validFrom: string | undefined
  readonly validTo: string | undefined
  /** Certificates between the leaf and the root. */
  readonly intermediates: readonly {readonly serial: string; readonly validTo: string}[]
  /** Serial numbers of the roots it trusts for the mesh. */
  readonly roots: readonly string[]
  readonly because: string
}

/** A root of the mesh: who trusts it, and until when it is valid. */
export interface RootGroup {
  readonly serial: string
  readonly validTo: string
  readonly pods: number
  /** In the ConfigMap istiod hands out (istio-ca-root-cert); unknown where that could not be read. */
  readonly published: boolean | 'unknown'
  readonly status: 'OK' | 'EXPIRES SOON' | 'EXPIRED'
}

export interface CertsReport extends Report {
  /** The moment validity is judged at, RFC 3339. */
  readonly asOf: string
  readonly proxies: readonly ProxyCertificates[]
  readonly roots: readonly RootGroup[]
  /** CAs between root and leaf: none where istiod signs with its root. */
  readonly intermediates: readonly (Intermediate & {readonly status: RootGroup['status']})[]
  /** Proxies that trust no root in common. */
  readonly mismatches: readonly TrustMismatch[]
  readonly credentials: readonly GatewayCredential[]
}

export interface CertsQuestion {
  /** Undefined for every namespace. */
  readonly namespace: string | undefined
  readonly istioNamespace: string
  /** How long before its end a CA certificate counts as expiring, in milliseconds. */
  readonly warn: number
  readonly now: number
}

const PROXIES_AT_ONCE = 8
/** istio-agent renews a leaf at half of its life (SECRET_GRACE_PERIOD_RATIO 0.5, with some jitter): one with less than this left is not renewed. */
const RENEWED_BEFORE = 0.25

/** What is wrong with the validity of a leaf of the mesh at a moment, in milliseconds since 1970; undefined when nothing is. */
export function rotation(leaf: AdminCertificate, now: number): CertStatus | undefined {
  const from = Date.parse(leaf.validFrom)
  const to = Date.parse(leaf.validTo)
  if (now > to) return 'EXPIRED'
  if (now < from) return 'NOT YET VALID'
  return (to - now) / (to - from) < RENEWED_BEFORE ? 'NOT ROTATING' : undefined
}

/** The reason behind each status that needs one. */
export const WHY: Readonly<Partial<Record<CertStatus, string>>> = {
  EXPIRED: 'the leaf has expired: peers refuse it',
  'NOT YET VALID': 'the leaf begins later than now: clocks differ',
  'NOT ROTATING': 'less than a quarter of its life is left, and the agent renews at half',
}

function proxyRow(
  judged: Judged,
  trustDomains: readonly string[],
  published: Published,
  question: CertsQuestion,
): ProxyCertificates {
  const {pod, all} = judged
  const own = all.filter(each => each.role === 'own' && each.ofMesh)
  const leaf = own.find(each => each.names.some(name => name.startsWith('spiffe://')))
  const trusted = meshRoots(judged)
  const roots = trusted.map(each => each.serial)
  const intermediates = chainCas(judged).map(({serial, validTo}) => ({serial, validTo}))
  const identity = leaf?.names.find(name => name.startsWith('spiffe://'))
  const expected = trustDomains.map(each => `spiffe://${each}/ns/${pod.ref.namespace}/sa/${pod.serviceAccount}`)
  const row = (status: CertStatus, because: string): ProxyCertificates => ({
    pod: pod.ref,
    status,
    identity,
    serial: leaf?.serial,
    validFrom: leaf?.validFrom,
    validTo: leaf?.validTo,
    intermediates,
    roots,
    because,
  })
  if (leaf === undefined) return row('NONE', 'the proxy has no mesh certificate')
  const late = rotation(leaf, question.now)
  if (late !== undefined) return row(late, WHY[late] ?? '')
  if (identity !== undefined && !expected.includes(identity))
    return row('OTHER IDENTITY', `its service account would be ${expected[0] ?? ''}`)
  if (published.roots.size > 0 && roots.length > 0 && !trusted.some(each => published.roots.has(published.keyOf(each))))
    return row('OTHER ROOT', 'it trusts none of the roots the control plane publishes')
  if (trustsItself(judged) === false)
    return row('OTHER ROOT', 'no root it trusts signed its chain: an intermediate is missing, or another CA signed it')
  const ended = intermediates.find(each => question.now > Date.parse(each.validTo))
  if (ended !== undefined)
    return row('EXPIRED', `the intermediate ${ended.serial} ended at ${ended.validTo}: peers refuse the chain`)
  const skew = clockSkewDays(judged, question.now)
  if (skew !== 0)
    return row('CLOCK SKEW', `the clock of the proxy is ${Math.abs(skew)} days ${skew > 0 ? 'ahead' : 'behind'}`)
  const soon = intermediates.find(each => Date.parse(each.validTo) - question.now < question.warn)
  if (soon !== undefined) return row('EXPIRES SOON', `the intermediate ${soon.serial} ends at ${soon.validTo}`)
  return row('OK', '')
}

/** Whether a certificate that ends at a moment (milliseconds since 1970) has ended or will soon. */
export function statusAtEnd(validTo: number, {now, warn}: Pick<CertsQuestion, 'now' | 'warn'>): RootGroup['status'] {
  if (now > validTo) return 'EXPIRED'
  return validTo - now < warn ? 'EXPIRES SOON' : 'OK'
}

/** The roots istiod publishes, by their keys among all roots that were read. */
interface Published {
  readonly keyOf: (root: RootIdentity) => string
  readonly roots: ReadonlyMap<string, RootIdentity>
}

function rootGroups(
  judged: readonly Judged[],
  published: Published,
  read: boolean,
  question: CertsQuestion,
): readonly RootGroup[] {
  const groups = new Map<string, {readonly root: RootIdentity; readonly pods: Set<string>}>()
  for (const [key, root] of published.roots) groups.set(key, {root, pods: new Set()})
  for (const each of judged)
    for (const root of meshRoots(each)) {
      const key = published.keyOf(root)
      const known = groups.get(key) ?? {root, pods: new Set<string>()}
      known.pods.add(podLabel(each.pod.ref))
      groups.set(key, known)
    }
  return [...groups].map(([key, {root, pods}]) => ({
    serial: root.serial,
    validTo: new Date(root.validTo).toISOString(),
    pods: pods.size,
    published: read ? published.roots.has(key) : 'unknown',
    status: statusAtEnd(root.validTo, question),
  }))
}

/** The roots istiod publishes. */
async function publishedRoots(source: Source, istioNamespace: string): Promise<Answer<readonly RootIdentity[]>> {
  const answer = await source.objects({kind: 'ConfigMap', namespace: istioNamespace})
  if (!answer.ok) return answer
  const map = answer.value.find(each => each.metadata.name === 'istio-ca-root-cert')
  const text = map === undefined ? undefined : textOf(map, 'data', 'root-cert.pem')
  return answered(
    certificatesIn(text ?? '').map(({serial, validTo, fingerprint}) => ({
      serial,
      validTo: Date.parse(validTo),
      fingerprint,
    })),
  )
}

/** The roots of all readings, with the keys by which they compare. */
function publishedAmong(roots: Answer<readonly RootIdentity[]>, judged: readonly Judged[]): Published {
  const own = roots.ok ? roots.value : []
  const keyOf = rootKeys([...own, ...judged.flatMap(meshRoots)])
  return {keyOf, roots: new Map(own.map(each => [keyOf(each), each]))}
}

/** The certificates of a proxy: Envoy's list of leaves and roots, and the chain in the secrets of its configuration. */
async function certificatesOf(source: Source, secretsOf: SecretsOf, pod: MeshPod): Promise<Answer<Judged>> {
  const page = await source.evidence('envoy.certs', pod.ref)
  const all = page.ok ? parseCerts(page.value) : page
  if (!all.ok) return all
  const chain = meshChain(await secretsOf(pod))
  // Read at another moment, it may be that of another certificate.
  const same = all.value.some(({role, serial}) => role === 'own' && serial === chain?.chain[0]?.serial)
  return answered({pod, all: all.value, ...definedFields({chain: same ? chain : undefined})})
}

/** The certificates of every proxy: validity, identity, rotation, and the roots they trust. */
export async function certsReport(given: Source, question: CertsQuestion): Promise<CertsReport> {
  const source = noted(listingOnce(given, ['ConfigMap']))
  const present = await presentState(source, question.istioNamespace)
  const roots = await publishedRoots(source, question.istioNamespace)
  const pods = present.pods.filter(
    each =>
      ENVOY_MODES.includes(each.mode) &&
      (question.namespace === undefined || each.ref.namespace === question.namespace),
  )
  const secretsOf = secretsReader(source)
  const gaps: Gap[] = [...present.gaps, ...(roots.ok ? [] : [roots.gap])]
  const read = await boundedMap(pods, PROXIES_AT_ONCE, async (pod): Promise<readonly Judged[]> => {
    const found = await certificatesOf(source, secretsOf, pod)
    if (found.ok) return [found.value]
    gaps.push({...found.gap, what: `certificates of ${podLabel(pod.ref)}`})
    return []
  })
  const judged = read.flat()
  const published = publishedAmong(roots, judged)
  const {trustDomains} = present.state.settings
  const unread = judged.filter(({chain, all}) => chain === undefined && all.some(each => each.ofMesh)).length
  const proxies = judged.map(each => proxyRow(each, trustDomains, published, question))
  const groups = rootGroups(judged, published, roots.ok, question)
  const intermediates = intermediateCas(judged).map(each => ({
    ...each,
    status: statusAtEnd(Date.parse(each.validTo), question),
  }))
  const mismatches = trustMismatches(judged)
  const credentials = await gatewayCredentials(secretsOf, present, pods, question)
  return {
    ...answeredFrom(source),
    gaps,
    notes: [
      ...present.notes,
      ...(published.roots.size === 0
        ? [`the roots istiod publishes (ConfigMap istio-ca-root-cert of ${question.istioNamespace}) were not read`]
        : []),
      ...(unread === 0
        ? []
        : [
            `the chain of ${humanCount(unread, 'proxy', 'proxies')} was not read: intermediates there were not checked`,
          ]),
    ],
    failing:
      mismatches.length > 0 ||
      [...proxies, ...groups, ...intermediates].some(each => each.status !== 'OK') ||
      credentials.some(({status}) => status !== 'OK' && status !== 'UNKNOWN'),
    undecided: present.pods.length === 0,
    asOf: new Date(question.now).toISOString(),
    proxies,
    roots: groups,
    intermediates,
    mismatches,
    credentials,
  }
}
