import type {MeshPod} from '../../analysis/request-path/world.js'
import type {ChainCertificate} from '../../formats/envoy-config-dump/certificate.js'
import type {MeshChain} from '../../formats/envoy-config-dump/mesh-chain.js'
import type {AdminCertificate} from '../../model/envoy/admin-certificate.js'
import {podLabel} from '../../model/kube/kube-object.js'
import {byText} from '../../model/text/order.js'

/** A proxy with the certificates Envoy lists. */
export interface Judged {
  readonly pod: MeshPod
  readonly all: readonly AdminCertificate[]
  /** The whole chain, which the list does not show; undefined where the secrets of its configuration could not be read. */
  readonly chain?: MeshChain
}

/** Proxies that do not accept the certificates of others, or are not accepted by them. */
export interface TrustMismatch {
  readonly roots: readonly string[]
  readonly pods: readonly string[]
  readonly otherRoots: readonly string[]
  readonly otherPods: number
  /** They have roots in common, but one side's certificates lead to a root the other side does not trust: a rotation half done. */
  readonly refused?: {readonly root: string; readonly shownBy: 'pods' | 'others'}
}

/** What tells one root from another: a serial number is only unique for one issuer, and hand-made roots often share one (RFC 5280, 4.1.2.2). */
export interface RootIdentity {
  readonly serial: string
  /** Milliseconds since 1970. */
  readonly validTo: number
  /** Of the certificate itself, where it was read: Envoy's list has none. */
  readonly fingerprint: string | undefined
}

/** The roots a proxy trusts for the mesh, each with its fingerprint where its secrets hold it. */
export function meshRoots({all, chain}: Judged): readonly RootIdentity[] {
  const listed = all
    .filter(each => each.role === 'trusted' && each.ofMesh)
    .map(({serial, validTo}) => ({serial, validTo: Date.parse(validTo)}))
  const unused = [...(chain?.trusted ?? [])]
  return listed.map(root => {
    const at = unused.findIndex(each => each.serial === root.serial && Date.parse(each.validTo) === root.validTo)
    const [held] = at < 0 ? [] : unused.splice(at, 1)
    return {...root, fingerprint: held?.fingerprint}
  })
}

/** Keys by which roots of different readings compare: the fingerprint, or serial number and end where only one known root has both. */
export function rootKeys(known: readonly RootIdentity[]): (root: RootIdentity) => string {
  const weak = ({serial, validTo}: RootIdentity) => `${serial} ${validTo}`
  const prints = new Map<string, Set<string>>()
  for (const each of known) {
    const found = prints.get(weak(each)) ?? new Set()
    if (each.fingerprint !== undefined) found.add(each.fingerprint)
    prints.set(weak(each), found)
  }
  return root => {
    const [only, ...others] = prints.get(weak(root)) ?? []
    return root.fingerprint ?? (others.length === 0 ? only : undefined) ?? weak(root)
  }
}

/** The root a chain leads to, of those any proxy trusts; undefined where no chain was read or none of them signed it. */
export function rootOfChain(chain: MeshChain, known: readonly ChainCertificate[]): ChainCertificate | undefined {
  const last = chain.chain.at(-1)
  const unbroken = chain.chain.every((each, index) => index === 0 || chain.chain[index - 1]?.signedBy(each))
  return last === undefined || !unbroken
    ? undefined
    : known.find(each => each.fingerprint === last.fingerprint || last.signedBy(each))
}

/** Every root a proxy trusts, once. */
function knownRoots(judged: readonly Judged[]): readonly ChainCertificate[] {
  const all = judged.flatMap(({chain}) => chain?.trusted ?? [])
  return [...new Map(all.map(each => [each.fingerprint, each])).values()]
}

interface TrustGroup {
  /** Serial numbers of the roots by their keys. */
  readonly roots: ReadonlyMap<string, string>
  /** The root its certificates lead to. */
  readonly shows: {readonly key: string; readonly serial: string} | undefined
  readonly pods: string[]
}

function serialsOf({roots}: TrustGroup): readonly string[] {
  return [...roots.values()]
}

function mismatchOf(group: TrustGroup, other: TrustGroup): Pick<TrustMismatch, 'refused'> | undefined {
  if ([...other.roots.keys()].every(root => !group.roots.has(root))) return {}
  if (group.shows !== undefined && !other.roots.has(group.shows.key))
    return {refused: {root: group.shows.serial, shownBy: 'pods'}}
  if (other.shows !== undefined && !group.roots.has(other.shows.key))
    return {refused: {root: other.shows.serial, shownBy: 'others'}}
  return undefined
}

/** The groups of proxies that refuse the largest group they differ from, or are refused by it. */
export function trustMismatches(judged: readonly Judged[]): readonly TrustMismatch[] {
  const known = knownRoots(judged)
  const identities = judged.map(meshRoots)
  const keyOf = rootKeys(identities.flat())
  const groups = new Map<string, TrustGroup>()
  for (const [index, each] of judged.entries()) {
    const mine = (identities[index] ?? []).map(root => [keyOf(root), root.serial] as const)
    const roots = new Map(mine.sort(([a], [b]) => byText(a, b)))
    if (roots.size === 0) continue
    const root = each.chain === undefined ? undefined : rootOfChain(each.chain, known)
    const shows = root === undefined ? undefined : {key: root.fingerprint, serial: root.serial}
    const key = `${[...roots.keys()].join()} ${shows?.key ?? ''}`
    const group = groups.get(key) ?? {roots, shows, pods: []}
    group.pods.push(podLabel(each.pod.ref))
    groups.set(key, group)
  }
  const bySize = [...groups.values()].sort((a, b) => b.pods.length - a.pods.length)
  return bySize.flatMap((group, index): readonly TrustMismatch[] => {
    for (const other of bySize.slice(0, index)) {
      const found = mismatchOf(group, other)
      if (found === undefined) continue
      return [
        {
          roots: serialsOf(group),
          pods: group.pods,
          otherRoots: serialsOf(other),
          otherPods: other.pods.length,
          ...found,
        },
      ]
    }
    return []
  })
}

/** An intermediate CA of the mesh (a plug-in CA, or a CA per cluster), and how many proxies' certificates it signed. */
export interface Intermediate {
  readonly serial: string
  readonly validTo: string
  readonly pods: number
}

/** The CAs between the leaf of a proxy and the root, which is sometimes sent along. */
export function chainCas({chain}: Judged): readonly ChainCertificate[] {
  return chain?.chain.slice(1).filter(each => !each.signedBy(each)) ?? []
}

/** The intermediate CAs in the chains of the proxies. */
export function intermediateCas(judged: readonly Judged[]): readonly Intermediate[] {
  const found = new Map<string, Intermediate>()
  for (const each of judged)
    for (const {serial, validTo} of chainCas(each))
      found.set(serial, {serial, validTo, pods: (found.get(serial)?.pods ?? 0) + 1})
  return [...found.values()]
}

/** Whether the chain of a proxy leads to a root that it trusts itself; undefined where its chain was not read. */
export function trustsItself({chain}: Judged): boolean | undefined {
  return chain === undefined || chain.trusted.length === 0 ? undefined : rootOfChain(chain, chain.trusted) !== undefined
}

const DAY = 86_400_000
/** Envoy counts whole days by its own clock: less than this is rounding. */
const CERTAIN = 2

/** How far the clock of the proxy is from the given moment, in days, by the days Envoy says a certificate has left; 0 when it is not certain. */
export function clockSkewDays({all}: Judged, now: number): number {
  const leaf = all.find(each => each.role === 'own' && each.ofMesh && each.names.length > 0)
  const longest = [...all].sort((a, b) => Date.parse(b.validTo) - Date.parse(a.validTo))[0] ?? leaf
  if (longest?.daysLeft === undefined || longest.daysLeft === 0) return 0
  const expected = Math.floor((Date.parse(longest.validTo) - now) / DAY)
  const skew = expected - longest.daysLeft
  return Math.abs(skew) < CERTAIN ? 0 : skew
}
