import {decodeListeners} from '../../formats/envoy-config-dump/listeners.js'
import {parseSections, section} from '../../formats/envoy-config-dump/parse.js'
import {type Answer, answered} from '../../model/answer.js'
import type {PodRef} from '../../model/kube-object.js'
import type {Source} from '../../sources/source.js'

/** How the sidecar itself treats a port of its pod: what it takes the protocol for, and whether it ends TLS there. */
export interface DetectedPort {
  readonly port: number
  readonly protocol: 'HTTP' | 'TCP' | 'HTTP or TCP'
  readonly tls: readonly string[]
}

/** The ports of the inbound listener by their filter chains (Istio names it virtualInbound; a chain per port and kind of traffic). */
export async function detectedPorts(source: Source, pod: PodRef): Promise<Answer<readonly DetectedPort[]>> {
  const artifact = await source.evidence('envoy.config_dump', pod, {sections: ['listeners'], names: ['virtualInbound']})
  if (!artifact.ok) return artifact
  const dump = parseSections(artifact.value, ['Listeners'])
  if (!dump.ok) return dump
  const listeners = section(dump.value, 'Listeners')
  if (!listeners.ok) return listeners
  const inbound = decodeListeners(listeners.value).find(({name}) => name === 'virtualInbound')
  const byPort = new Map<number, {http: boolean; tcp: boolean; tls: Set<string>}>()
  for (const {match, destination, tls} of inbound?.chains ?? []) {
    if (match.destinationPort === undefined) continue
    const known = byPort.get(match.destinationPort) ?? {http: false, tcp: false, tls: new Set<string>()}
    const http =
      destination.to === 'route' ||
      destination.to === 'inline' ||
      (destination.to === 'unread' && destination.protocol === 'HTTP')
    byPort.set(match.destinationPort, {http: known.http || http, tcp: known.tcp || !http, tls: known.tls.add(tls)})
  }
  return answered(
    [...byPort].map(([port, {http, tcp, tls}]) => ({
      port,
      protocol: http && tcp ? 'HTTP or TCP' : http ? 'HTTP' : 'TCP',
      tls: [...tls],
    })),
  )
}
