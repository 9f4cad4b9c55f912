import {isOlder} from '../../model/istio/istio-version.js'
import {socketAddress, socketReach} from '../../model/kernel/socket.js'
import {defineRule, type Found, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1503',
  slug: 'pod-address-listener',
  aliases: [],
  severity: 'info',
  title: 'Server listens on a single address',
  why: "Since Istio 1.10 the sidecar connects to the pod's first address (before: 127.0.0.1): a server bound to another address refuses it, and clients get 503.",
  fix: 'Listen on 0.0.0.0 or [::].',
  references: [PAGES.requirements],
  modes: ['sidecar'],
  outsideKubernetes: true,
  needs: ['ports'],
  check: ({pod, version}, {ports}) => {
    const [first] = pod.status?.podIps ?? []
    if (first === undefined) return []
    // MCT1504 reports a server of the other address family.
    const sameFamily = (address: string) => address.includes(':') === first.includes(':')
    return ports
      .filter(row => row.verdict === 'reachable' && row.protocol === 'tcp')
      .filter(row => row.sockets.every(({address}) => socketReach(address) !== 'everywhere'))
      .flatMap((row): Found[] => {
        const single = row.sockets.filter(({address}) => socketReach(address) === 'one address' && sameFamily(address))
        const where = single.map(socketAddress).join(', ')
        if (single.length === 0) return []
        const proof = [
          ...row.sockets.map(({line}) => ({from: 'listening sockets', text: line})),
          {from: 'status.podIPs', text: first},
        ]
        const loopback = row.sockets.some(({address}) => socketReach(address) === 'loopback')
        if (isOlder(version, 1, 10)) {
          if (loopback) return []
          return [
            {
              severity: 'error',
              message: `The server listens on ${where} only, but this sidecar connects to 127.0.0.1:${row.port}.`,
              proof,
            },
          ]
        }
        if (single.some(({address}) => address === first)) {
          if (loopback) return []
          return [
            {
              message: `The server listens on ${where} only: the mesh reaches it, but kubectl port-forward and 127.0.0.1 do not.`,
              proof,
            },
          ]
        }
        return [
          {
            // Without a Service it may serve another network of the pod.
            severity: row.bound.length > 0 ? 'error' : 'info',
            message: `The server listens on ${where} only, but the sidecar connects to ${first}:${row.port}.`,
            proof,
          },
        ]
      })
  },
})
