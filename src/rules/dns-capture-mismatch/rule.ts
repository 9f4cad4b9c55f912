import {initWords, settingsFromInit} from '../../analysis/netfilter/expected-rules/from-init.js'
import {proxyMetadata} from '../../analysis/netfilter/expected-rules/from-pod.js'
import type {SocketTable} from '../../model/kernel/socket.js'
import {injectedContainer, type PodModel} from '../../model/kube/pod.js'
import {parseGoBool} from '../../model/text/go-boolean.js'
import {defineRule, type Found} from '../rule.js'

const CAPTURE = 'ISTIO_META_DNS_CAPTURE'
const ALLOCATE = 'ISTIO_META_DNS_AUTO_ALLOCATE'
const AGENT_PORT = 15_053

/** What istio-init logs when resolv.conf has no name server. */
const DISABLED = /no DNS servers provided. DNS capture disabled/

/** Why the agent does not answer DNS queries redirected to it, by its sockets, else by its environment; undefined when it does. */
function agentProblem(pod: PodModel, sockets: SocketTable | undefined): string | undefined {
  const proxy = injectedContainer(pod, 'istio-proxy')
  if (proxy === undefined) return undefined
  if (sockets !== undefined && proxy.state?.ready === true) {
    const listens = sockets.sockets.some(({port, protocol}) => port === AGENT_PORT && protocol === 'udp')
    return listens ? undefined : `nothing listens on ${AGENT_PORT}/udp`
  }
  return parseGoBool(proxy.env[CAPTURE]) ? undefined : `istio-proxy has no ${CAPTURE}=true`
}

export const rule = defineRule({
  code: 'MCT1313',
  slug: 'dns-capture-mismatch',
  aliases: [],
  severity: 'warning',
  title: 'DNS capture is not configured consistently',
  why: 'The iptables rules, the agent and resolv.conf must agree: DNS queries redirected to an agent that does not answer time out, and queries that are not captured miss ServiceEntries and other clusters.',
  fix: 'Set ISTIO_META_DNS_CAPTURE: "true" in proxyMetadata (annotation proxy.istio.io/config or meshConfig.defaultConfig), not in a single container, and recreate the pod; give the pod a name server in dnsConfig when its dnsPolicy is None.',
  references: ['https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/'],
  modes: ['sidecar'],
  outsideKubernetes: true,
  needs: [],
  needsToPass: ['sidecar'],
  uses: ['initLog', 'sockets'],
  check: ({pod, version}, {sidecar, initLog, sockets}): readonly Found[] => {
    // Injection also uses the mesh configuration, which a template does not show.
    if (sidecar === undefined) return []
    const [init, proxy] = ['istio-init', 'istio-proxy'].map(name => injectedContainer(pod, name))
    const captured =
      init === undefined
        ? parseGoBool(proxyMetadata(pod, CAPTURE))
        : settingsFromInit(initWords(init), init.env, {resolvers: [], addresses: []}).dns
    if (!captured && parseGoBool(proxy?.env[CAPTURE])) {
      const message = 'DNS capture is enabled in the agent but not in istio-init: DNS queries are not captured.'
      return [{message, proof: [{from: `environment of istio-init`, text: `no ${CAPTURE}=true`}]}]
    }
    if (!captured) {
      if (!parseGoBool(proxyMetadata(pod, ALLOCATE))) return []
      const message = `${ALLOCATE} has no effect: DNS queries are not captured.`
      return [{severity: 'info', message, proof: [{from: ALLOCATE, text: `true, without ${CAPTURE}`}]}]
    }
    const line = initLog?.split('\n').find(each => DISABLED.test(each))
    if (line !== undefined) {
      const message =
        'DNS queries are not captured although DNS capture is enabled: istio-init found no name server in resolv.conf.'
      return [{message, proof: [{from: 'log of istio-init', text: line.trim()}]}]
    }
    const problem = agentProblem(pod, sockets)
    if (problem !== undefined) {
      const message = `DNS queries are redirected to the agent, but ${problem}: they time out.`
      return [{severity: 'error', message, proof: [{from: CAPTURE, text: `true; ${problem}`}]}]
    }
    const old = version !== undefined && version.major === 1 && version.minor >= 11 && version.minor < 20
    if (!old || init === undefined) return []
    const message = `The conntrack zone rules of Istio 1.${version.minor} never match DNS responses: queries of the application and of the agent can collide and get lost.`
    return [{severity: 'info', message, fix: 'Use Istio 1.20 or later.', proof: [{from: 'image', text: init.image}]}]
  },
})
