import {commandTarget} from '../../analysis/command-line/command-target.js'
import {appContainers} from '../../model/kube/pod.js'
import {defineRule, PAGES} from '../rule.js'

const PROBES = ['liveness', 'readiness', 'startup']

export const rule = defineRule({
  code: 'MCT1415',
  slug: 'exec-probe-network',
  aliases: [],
  severity: 'info',
  title: 'Exec probe calls another host',
  why: 'The call goes through the sidecar: it is refused while the proxy is not ready, and afterwards the pod counts as unhealthy whenever the other host, a route or a policy fails.',
  fix: 'Probe the application itself (localhost), or use httpGet, which injection rewrites for mTLS.',
  references: [PAGES.probes],
  modes: ['sidecar'],
  needs: [],
  check: ({pod}) =>
    appContainers(pod).flatMap(container =>
      container.probes.flatMap(probe => {
        const host =
          PROBES.includes(probe.kind) && probe.handler === 'exec'
            ? commandTarget(probe.command, pod.status?.podIps ?? [])?.host
            : undefined
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
