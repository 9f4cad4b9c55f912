import type {MeshPod} from '../../analysis/request-path/world.js'
import type {AdminCertificate} from '../../model/envoy/admin-certificate.js'
import {podLabel} from '../../model/kube/kube-object.js'

/** A proxy with the certificates Envoy lists. */
export interface Judged {
  readonly pod: MeshPod
  readonly all: readonly AdminCertificate[]
}

/** Proxies of which none accepts the certificates of the other side: they trust no root in common. */
export interface TrustMismatch {
  readonly roots: readonly string[]
  readonly pods: readonly string[]
  readonly otherRoots: readonly string[]
  readonly otherPods: number
}

function rootsOf({all}: Judged): readonly string[] {
  return [...new Set(all.filter(each => each.role === 'trusted' && each.ofMesh).map(each => each.serial))].sort()
}

/** The groups of proxies that have no root in common with the largest group they differ from. */
export function trustMismatches(judged: readonly Judged[]): readonly TrustMismatch[] {
  const groups = new Map<string, {readonly roots: readonly string[]; readonly pods: string[]}>()
  for (const each of judged) {
    const roots = rootsOf(each)
    if (roots.length === 0) continue
    const group = groups.get(roots.join()) ?? {roots, pods: []}
    group.pods.push(podLabel(each.pod.ref))
    groups.set(roots.join(), group)
  }
  const bySize = [...groups.values()].sort((a, b) => b.pods.length - a.pods.length)
  return bySize.flatMap((group, index): readonly TrustMismatch[] => {
    const other = bySize.slice(0, index).find(each => each.roots.every(root => !group.roots.includes(root)))
    return other === undefined
      ? []
      : [{roots: group.roots, pods: group.pods, otherRoots: other.roots, otherPods: other.pods.length}]
  })
}

/** An intermediate CA of the mesh (a plug-in CA, or a CA per cluster), and how many proxies' certificates it signed. */
export interface Intermediate {
  readonly serial: string
  readonly validTo: string
  readonly pods: number
}

/** The intermediate CAs in the chains of the proxies. */
export function intermediateCas(judged: readonly Judged[]): readonly Intermediate[] {
  const found = new Map<string, Intermediate>()
  for (const {all} of judged) {
    const roots = new Set(all.filter(each => each.role === 'trusted').map(each => each.serial))
    const chain = all.filter(each => each.role === 'own' && each.ofMesh && each.names.length === 0)
    for (const {serial, validTo} of chain.filter(each => !roots.has(each.serial)))
      found.set(serial, {serial, validTo, pods: (found.get(serial)?.pods ?? 0) + 1})
  }
  return [...found.values()]
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
