/** Sets of istio-cni by the start of their names, and what they are for (cni/pkg/ipset; ambient mode of Istio 1.18 to 1.20: cni/pkg/ambient). */
const PURPOSES: readonly (readonly [start: string, purpose: string])[] = [
  ['istio-inpod-probes', 'pods in ambient mode, whose probes the rules of the node let pass ztunnel'],
  ['ztunnel-pods-ips', 'pods whose traffic the node leads to ztunnel (Istio 1.18 to 1.20)'],
]

/** What the IP sets of a node say about ambient mode. */
export function ipSetFindings(sets: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return [...sets].map(([name, members]) => {
    const purpose = PURPOSES.find(([start]) => name.startsWith(start))?.[1] ?? 'not a set of Istio'
    const count = `${members.length} ${members.length === 1 ? 'address' : 'addresses'}`
    const none =
      members.length === 0 && purpose !== 'not a set of Istio'
        ? ': no pod of this node was in ambient mode when it was listed'
        : ''
    return `IP set ${name} (${purpose}): ${count}${none}`
  })
}
