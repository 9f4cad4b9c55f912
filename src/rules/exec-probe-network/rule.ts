import {appContainers, type Probe} from '../../model/pod.js'
import {defineRule, PAGES} from '../rule.js'

const PROBES = ['liveness', 'readiness', 'startup']
/** Programs whose purpose in a probe is to connect somewhere. */
const TOOLS = /(^|[\s/;&|(])(curl|wget|nc|ncat|grpc_health_probe)\s/
/** Hosts named as such: in a URL, after -addr=, or as nc takes them. */
const HOSTS = [
  /https?:\/\/(?:[^\s/@]*@)?(\[[^\]]+\]|[^\s/:"']+)/,
  /-addr[= ](\[[^\]]+\]|[^\s:"']+):\d+/,
  /\bn(?:c|cat)\s(?:-\S+\s)*([^\s-][^\s"']*)\s+\d+/,
]
const OWN = /^(localhost|127\.[\d.]+|\[?::1\]?|0\.0\.0\.0)$/

function farHost({command}: Probe): string | undefined {
  const text = command.join(' ')
  if (!TOOLS.test(text)) return undefined
  const host = HOSTS.map(test => test.exec(text)?.[1]).find(each => each !== undefined)
  // What the shell or the kubelet fills in, such as $(POD_IP) or $HOSTNAME, is not known here.
  return host === undefined || host.includes('$') || OWN.test(host) ? undefined : host
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
        const host = PROBES.includes(probe.kind) && probe.handler === 'exec' ? farHost(probe) : undefined
        if (host === undefined || (pod.status?.podIps ?? []).includes(host)) return []
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
