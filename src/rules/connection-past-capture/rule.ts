import {
  groupsNamed,
  type UninterceptedConnection,
  uninterceptedConnections,
} from '../../analysis/netfilter/interception/unintercepted-connections.js'
import {proxyIds} from '../../analysis/pod-mode/pod-mode.js'
import {inboundCapture} from '../../analysis/traffic-capture/inbound-capture.js'
import {formatIp} from '../../model/kernel/ip-address.js'
import {redirectPackets} from '../../model/kernel/ruleset.js'
import {appContainers, type PodModel} from '../../model/kube/pod.js'
import {defineRule, Inconclusive, PAGES} from '../rule.js'

const MOST_SHOWN = 5

/** The two ends of the connection. */
function connectionText({direction, connection}: UninterceptedConnection): string {
  const {remote, remotePort, localPort} = connection
  const other = remote.family === 'ip6' ? `[${formatIp(remote)}]` : formatIp(remote)
  return direction === 'inbound'
    ? `from ${formatIp(remote)} to port ${localPort} of the application`
    : `from the application to ${other}:${remotePort}`
}

/** True when capture depends on the gid of the process, which the kernel does not show for a socket. */
function dependsOnGroup(pod: PodModel, named: readonly number[]): boolean {
  const own = appContainers(pod).map(({security}) => security.runAsGroup ?? pod.security.runAsGroup)
  return named.some(group => !proxyIds(pod).gids.includes(group) || own.includes(group))
}

export const rule = defineRule({
  code: 'MCT1324',
  slug: 'connection-past-capture',
  aliases: [],
  severity: 'info',
  title: 'Open connection bypasses the sidecar',
  why: 'iptables decides on the first packet of a connection only: one that was opened before the rules existed bypasses mTLS, policy and telemetry until it is closed.',
  fix: 'Close the connection, for example by restarting the pod. If it comes back, find what opens it before the rules are in place: an init container, or a CNI plugin that runs late.',
  references: [PAGES.cni],
  modes: ['sidecar'],
  outsideKubernetes: true,
  needs: ['kernel', 'connections'],
  check: ({pod}, {kernel, connections}) => {
    // With TPROXY Envoy keeps the client's address, so its connections look like the application's.
    if (inboundCapture(pod).interception === 'TPROXY') return []
    if (kernel.machine.assumed)
      throw new Inconclusive('the addresses and routes of the pod are unknown', 'not-captured')
    const bypassing = uninterceptedConnections(connections, kernel.rulesets, kernel.machine).filter(
      ({direction}) => direction === 'inbound' || !dependsOnGroup(pod, groupsNamed(kernel.rulesets)),
    )
    return (['inbound', 'outbound'] as const).flatMap(direction => {
      const found = bypassing.filter(each => each.direction === direction)
      const [first] = found
      if (first === undefined) return []
      const more = found.length > 1 ? `, and ${found.length - 1} more` : ''
      const counted = redirectPackets(kernel.rulesets, first.port)
      return [
        {
          message: `A connection ${connectionText(first)} bypasses the sidecar${more}.`,
          proof: [
            ...found.slice(0, MOST_SHOWN).map(({connection}) => ({from: '/proc/net/tcp', text: connection.line})),
            ...(counted === undefined
              ? []
              : [{from: `rules that redirect to ${first.port}`, text: `${counted} connections so far`}]),
          ],
        },
      ]
    })
  },
})
