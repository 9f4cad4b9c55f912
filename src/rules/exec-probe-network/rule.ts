import {farCall} from '../../analysis/command-call/far-call.js'
import {appContainers} from '../../model/pod.js'
import {defineRule, PAGES} from '../rule.js'

const PROBES = ['liveness', 'readiness', 'startup']

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
          PROBES.includes(probe.kind) && probe.handler === 'exec'
            ? farCall(probe.command, pod.status?.podIps ?? [])?.host
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
