import {socketAddress} from '../../model/kernel/socket.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1504',
  slug: 'family-mismatch',
  aliases: [],
  severity: 'warning',
  title: 'Server listens only in the other IP family',
  why: "The sidecar connects to the pod's first address; a server that listens only in the other address family refuses it, and clients get 503.",
  fix: 'Listen on [::] without IPV6_V6ONLY, or on both 0.0.0.0 and [::].',
  references: [PAGES.requirements],
  modes: ['sidecar'],
  outsideKubernetes: true,
  needs: ['ports'],
  check: ({pod}, {ports}) => {
    const [first] = pod.status?.podIps ?? []
    if (first === undefined) return []
    const family = first.includes(':') ? 'ipv6' : 'ipv4'
    return ports
      .filter(row => row.verdict === 'reachable' && row.bound.length > 0)
      .filter(row => row.sockets.every(({serves}) => (family === 'ipv6' ? serves === 'ipv4' : serves === 'ipv6')))
      .map(row => ({
        message: `${row.sockets.map(socketAddress).join(', ')} does not accept connections to ${first}, the address the sidecar connects to.`,
        proof: [
          ...row.sockets.map(({line}) => ({from: 'listening sockets', text: line})),
          {from: 'status.podIPs', text: first},
        ],
      }))
  },
})
