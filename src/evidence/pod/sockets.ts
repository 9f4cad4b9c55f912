import {parseEnvoyListeners} from '../../formats/envoy/envoy-listeners.js'
import {listenerSockets} from '../../formats/envoy-config-dump/listener-sockets.js'
import {parseSockets, withOwners} from '../../formats/sockets/parse.js'
import {type Answer, answered, type Gap, type GapReason} from '../../model/evidence/answer.js'
import type {SocketTable} from '../../model/kernel/socket.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import {humanCount} from '../../model/text/human-count.js'
import type {Source} from '../../sources/source.js'

const DAMAGED: readonly GapReason[] = ['unreadable', 'truncated']

/**
 * Every listening socket of a pod with its owner's uid if known; Envoy's own listeners are not queried. Input that is present
 * but damaged is added to `damaged`, even if another input was used instead.
 */
export async function readSockets(source: Source, pod: PodRef, damaged: Gap[] = []): Promise<Answer<SocketTable>> {
  const [listing, proc] = await Promise.all([source.evidence('net.sockets', pod), source.evidence('net.proc', pod)])
  const sockets = listing.ok ? parseSockets(listing.value) : listing
  const owners = proc.ok ? parseSockets(proc.value) : proc
  const other = sockets.ok ? owners : sockets
  if ((sockets.ok || owners.ok) && !other.ok && DAMAGED.includes(other.gap.reason)) damaged.push(other.gap)
  if (!sockets.ok) return owners.ok ? owners : sockets
  return owners.ok ? answered(withOwners(sockets.value, owners.value)) : sockets
}

/** The gap for lines of a listing that could not be parsed: their sockets are unknown, not absent. */
export function unreadSockets({unreadable}: SocketTable): Gap | undefined {
  const [first] = unreadable
  if (first === undefined) return undefined
  const lines = humanCount(unreadable.length, 'line')
  return {what: 'listening sockets', reason: 'unreadable', detail: `${lines} could not be parsed, the first: ${first}`}
}

/**
 * The sockets Envoy reports to listen on, else those in its configuration, if nothing in the pod can list
 * sockets; the application's sockets are not included.
 */
export async function readEnvoySockets(source: Source, pod: PodRef, all: boolean): Promise<Answer<SocketTable>> {
  const page = await source.evidence('envoy.listeners', pod)
  if (page.ok) return parseEnvoyListeners(page.value, all)
  const dump = await source.evidence('envoy.config_dump', pod, {sections: ['listeners']})
  return dump.ok ? listenerSockets(dump.value) : page
}
