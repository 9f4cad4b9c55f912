import {appContainers, type Probe} from '../../model/pod.js'
import {defineRule, PAGES} from '../rule.js'

const PROBES = ['liveness', 'readiness', 'startup']
/** Programs whose purpose in a probe is to connect somewhere. */
const TOOLS = /(^|[\s/;&|(])(curl|wget|nc|ncat|grpc_health_probe)\s/
/** Hosts named as such: in a URL, after -addr=, or as nc takes them. */
const HOSTS = [
  /https?:\/\/(?:[^\s/@]*@)?(\[[^\]]+\]|[^\s/:"']+)/g,
  /-addr[= ](\[[^\]]+\]|[^\s:"']+):\d+/g,
  /\bn(?:c|cat)\s(?:-\S+\s)*([^\s-][^\s"']*)\s+\d+/g,
]
const OWN = /^(localhost|127\.[\d.]+|\[?::1\]?|0\.0\.0\.0)$/

/** The host such a command surely calls; undefined when it may as well stay in the pod. */
function farHost({command}: Probe, own: readonly string[]): string | undefined {
  const text = command.join(' ')
  if (!TOOLS.test(text)) return undefined
  const hosts = HOSTS.flatMap(test => [...text.matchAll(test)].map(match => match[1] ?? ''))
  // What the shell or the kubelet fills in, such as $(POD_IP) or $HOSTNAME, is not known here.
  return hosts.some(host => host.includes('$') || OWN.test(host) || own.includes(host)) ? undefined : hosts[0]
}

export const rule = defineRule({
  code: 'MCT1415',
  slug: 'exec-probe-network',
  aliases: [],
  severity: 'info',
  title: 'A probe runs a command that calls another host',
  why: 'The call goes out through the sidecar: while the proxy is not ready it is refused, and later the pod counts as unhealthy whenever the other host, a route or a policy is. A call to localhost stays in the pod and is fine.',
  fix: 'Let the probe ask the application itself (localhost), or probe with httpGet, which is led past mTLS.',
  references: [PAGES.probes],
  modes: ['sidecar'],
  needs: [],
  check: ({pod}) =>
    appContainers(pod).flatMap(container =>
      container.probes.flatMap(probe => {
        const host =
          PROBES.includes(probe.kind) && probe.handler === 'exec' ? farHost(probe, pod.status?.podIps ?? []) : undefined
        if (host === undefined) return []
        const path = `${pod.specPath}.${probe.path}.command`
        return [
          {
            message: `The ${probe.kind} probe of ${container.name} calls ${host}.`,
            path,
            proof: [{from: path, text: `a command that connects to ${host}`}],
          },
        ]
      }),
    ),
})
