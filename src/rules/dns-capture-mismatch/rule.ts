import {settingsFromInit} from '../../analysis/netfilter/expected-rules/from-init.js'
import {proxyMetadata} from '../../analysis/netfilter/expected-rules/from-pod.js'
import {isGoTrue} from '../../model/go-boolean.js'
import {injectedContainer, type PodModel} from '../../model/pod.js'
import type {SocketTable} from '../../model/socket.js'
import {defineRule, type Found} from '../rule.js'

const CAPTURE = 'ISTIO_META_DNS_CAPTURE'
const ALLOCATE = 'ISTIO_META_DNS_AUTO_ALLOCATE'
const AGENT_PORT = 15_053

/** What istio-init says when resolv.conf gives it no server to capture. */
const DISABLED = /no DNS servers provided. DNS capture disabled/

/** True when lookups that the rules lead to the agent meet nobody: seen in the sockets, else said by the environment. */
function unanswered(pod: PodModel, sockets: SocketTable | undefined): string | undefined {
  const proxy = injectedContainer(pod, 'istio-proxy')
  if (proxy === undefined) return undefined
  if (sockets !== undefined && proxy.state?.ready === true) {
    const heard = sockets.sockets.some(({port, protocol}) => port === AGENT_PORT && protocol === 'udp')
    return heard ? undefined : `nothing listens on ${AGENT_PORT}/udp`
  }
  return isGoTrue(proxy.env[CAPTURE]) ? undefined : `istio-proxy has no ${CAPTURE}=true`
}

export const rule = defineRule({
  code: 'MCT1313',
  slug: 'dns-capture-mismatch',
  aliases: [],
  severity: 'warning',
  title: 'The capture of name lookups does not do what was asked',
  why: 'With it the agent in the sidecar answers lookups, ServiceEntries and other clusters included. Rules, agent and resolv.conf have to agree: lookups nobody answers time out, lookups nobody captures know nothing of the mesh.',
  fix: 'Set ISTIO_META_DNS_CAPTURE: "true" in proxyMetadata (annotation proxy.istio.io/config or meshConfig.defaultConfig), not in one container by hand, and start the pod anew; give the pod a name server in dnsConfig when its dnsPolicy is None.',
  references: ['https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/'],
  modes: ['sidecar'],
  needs: [],
  passesWith: ['sidecar'],
  uses: ['initLog', 'sockets'],
  check: ({pod, version}, {sidecar, initLog, sockets}): readonly Found[] => {
    // What injection puts into a template comes from the mesh as well.
    if (sidecar === undefined) return []
    const [init, proxy] = ['istio-init', 'istio-proxy'].map(name => injectedContainer(pod, name))
    const wanted =
      init === undefined
        ? isGoTrue(proxyMetadata(pod, CAPTURE))
        : settingsFromInit(init.args, init.env, {resolvers: [], addresses: []}).dns
    if (!wanted && isGoTrue(proxy?.env[CAPTURE])) {
      const message = 'The agent is told to answer name lookups, but istio-init was not told to capture them.'
      return [{message, proof: [{from: `environment of istio-init`, text: `no ${CAPTURE}=true`}]}]
    }
    if (!wanted) {
      if (!isGoTrue(proxyMetadata(pod, ALLOCATE))) return []
      const message = `${ALLOCATE} has no effect: name lookups are not captured.`
      return [{severity: 'info', message, proof: [{from: ALLOCATE, text: `true, without ${CAPTURE}`}]}]
    }
    const line = initLog?.split('\n').find(each => DISABLED.test(each))
    if (line !== undefined) {
      const message = 'Name lookups are not captured, though asked for: istio-init found no name server in resolv.conf.'
      return [{message, proof: [{from: 'log of istio-init', text: line.trim()}]}]
    }
    const lost = unanswered(pod, sockets)
    if (lost !== undefined) {
      const message = `Name lookups are led to the agent, and ${lost}: they time out.`
      return [{severity: 'error', message, proof: [{from: CAPTURE, text: `true; ${lost}`}]}]
    }
    const old = version !== undefined && version.major === 1 && version.minor >= 11 && version.minor < 20
    if (!old || init === undefined) return []
    const message = `The rules of Istio 1.${version.minor} mark answers of name servers by a condition that never holds: a lookup of the application and one of the agent may be mixed up and lost.`
    return [{severity: 'info', message, fix: 'Use Istio 1.20 or later.', proof: [{from: 'image', text: init.image}]}]
  },
})
