import type {Draw} from '../../model/envoy/proxy.js'
import {ending, type PathEnding} from './ending.js'
import {REFUSED} from './failures.js'
import type {MeshPod, MeshWorld} from './world.js'

/** Kubernetes records times in whole seconds: within one of them either may have come first. */
const RESOLUTION_MS = 1000

/** How a connection to a pod's ztunnel ends where none took connections on the node at the time; undefined where one did. */
export function ztunnelAway(
  {ztunnelOutages, nodesWithoutZtunnel, sentAt, now}: MeshWorld,
  pod: MeshPod,
  draw: Draw,
): PathEnding | undefined {
  if (pod.node !== undefined && nodesWithoutZtunnel.includes(pod.node))
    return ending(REFUSED, 'refused', 'not-listening', `no ztunnel runs on node ${pod.node}`, {pod})
  const at = sentAt ?? now
  const outage = ztunnelOutages.find(
    ({node, from, to}) => node === pod.node && at >= from && (to === undefined || at < to + RESOLUTION_MS),
  )
  if (outage === undefined) return undefined
  const {from, to, ztunnel} = outage
  const close = at < from + RESOLUTION_MS || (to !== undefined && at >= to)
  if (close && draw('whether ztunnel takes connections', [1, 1]) === 0) return undefined
  const until = to === undefined ? 'none has taken its place' : `the next was ready at ${new Date(to).toISOString()}`
  const because = `no ztunnel takes connections on node ${outage.node}: ${ztunnel} ended at ${new Date(from).toISOString()}, ${until}`
  return ending(REFUSED, 'refused', 'not-listening', because, {pod})
}
