import {mentionsOf} from '../../analysis/netfilter/interception/mentions.js'
import {type PastCapture, pastCapture} from '../../analysis/netfilter/interception/past-capture.js'
import {proxyIds} from '../../analysis/pod-mode/pod-mode.js'
import {inboundCapture} from '../../analysis/traffic-capture/inbound-capture.js'
import {formatIp} from '../../model/ip-address.js'
import {appContainers, type PodModel} from '../../model/pod.js'
import {redirectPackets} from '../../model/ruleset.js'
import {defineRule, PAGES, Undecided} from '../rule.js'

const MOST_SHOWN = 5

/** Who is connected to what. */
function words({direction, connection}: PastCapture): string {
  const {remote, remotePort, localPort} = connection
  const other = remote.family === 'ip6' ? `[${formatIp(remote)}]` : formatIp(remote)
  return direction === 'inbound'
    ? `from ${formatIp(remote)} to port ${localPort} of the application`
    : `from the application to ${other}:${remotePort}`
}

/** The kernel does not list the group of a socket: where rules ask for more groups than the proxy's, or a container has one of them, nobody knows. */
function groupMatters(pod: PodModel, named: readonly number[]): boolean {
  const own = appContainers(pod).map(({security}) => security.runAsGroup ?? pod.security.runAsGroup)
  return named.some(group => !proxyIds(pod).gids.includes(group) || own.includes(group))
}

export const rule = defineRule({
  code: 'MCT1324',
  slug: 'connection-past-capture',
  aliases: [],
  severity: 'info',
  title: 'An open connection goes past the sidecar though the rules would capture it',
  why: 'Rules decide about the first packet of a connection alone. What was opened before they were made, or while others stood there, stays as it is until it is closed: without mTLS, policy and telemetry, while counters of the rules say nothing.',
  fix: 'Close the connection, most simply by starting the pod anew. When it comes back, look for what opens it before the rules are there: an init container, or a CNI plugin that is late.',
  references: [PAGES.cni],
  modes: ['sidecar'],
  needs: ['kernel', 'connections'],
  check: ({pod}, {kernel, connections}) => {
    // Envoy then runs as root and keeps the client's address: its connections and the application's look alike.
    if (inboundCapture(pod).interception === 'TPROXY') return []
    if (kernel.machine.assumed) throw new Undecided('the addresses and routes of the pod are not known', 'not-captured')
    const past = pastCapture(connections, kernel.rulesets, kernel.machine).filter(
      ({direction}) => direction === 'inbound' || !groupMatters(pod, mentionsOf(kernel.rulesets).gids),
    )
    return (['inbound', 'outbound'] as const).flatMap(direction => {
      const found = past.filter(each => each.direction === direction)
      const [first] = found
      if (first === undefined) return []
      const more = found.length > 1 ? `, and ${found.length - 1} more` : ''
      const counted = redirectPackets(kernel.rulesets, first.port)
      return [
        {
          message: `A connection ${words(first)} goes past the sidecar${more}.`,
          proof: [
            ...found.slice(0, MOST_SHOWN).map(({connection}) => ({from: '/proc/net/tcp', text: connection.line})),
            ...(counted === undefined
              ? []
              : [{from: `rules that lead to ${first.port}`, text: `${counted} connections so far`}]),
          ],
        },
      ]
    })
  },
})
