import {movedPorts} from '../../analysis/pod-mode/moved-ports.js'
import {appContainers, type PodModel, type Probe} from '../../model/kube/pod.js'
import {pointer} from '../../model/text/object-path.js'
import {isTemplated} from '../../model/text/templated.js'
import {sameContainer} from '../patch-steps.js'
import {defineRule, type Found, PAGES} from '../rule.js'

const PROBES = ['liveness', 'readiness', 'startup']
const REWRITE = 'sidecar.istio.io/rewriteAppHTTPProbers'
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/

/** How injection rewrites a probe with a host: an HTTP probe keeps it, a TCP probe loses it (istio, injection rewrites port, path and scheme only). */
function effect(pod: PodModel, {handler, host = '', port}: Probe, agent: number): string | undefined {
  const own = host === '' || isTemplated(host) || (pod.status?.podIps ?? []).includes(host)
  if (own || pod.annotations[REWRITE] === 'false') return undefined
  // In an existing pod a rewritten probe targets the agent.
  if (pod.exists && port !== agent) return undefined
  if (handler === 'httpGet') {
    const target = LOOPBACK.test(host) ? 'which is the node, not the pod' : 'not the pod'
    return `is sent to ${host}, ${target}; injection rewrites it to the agent's port ${agent}, on which ${host} does not answer.`
  }
  // The agent probes the pod itself in any case.
  if (handler !== 'tcpSocket' || LOOPBACK.test(host)) return undefined
  return `targets host ${host}; injection drops the host and probes the pod itself.`
}

export const rule = defineRule({
  code: 'MCT1413',
  slug: 'probe-host',
  aliases: [],
  severity: 'warning',
  title: 'Probe targets a host other than the pod',
  why: "Injection rewrites probes to the agent's port: an HTTP probe keeps its host, where that port does not answer, and fails; a TCP probe loses its host and no longer tests it.",
  fix: 'Remove host from the probe (set a Host header in httpHeaders); to test something outside the pod, use an exec probe.',
  references: [PAGES.probes],
  modes: ['sidecar'],
  needs: [],
  check: ({pod}) => {
    const agent = movedPorts(pod).get(15020) ?? 15020
    return appContainers(pod).flatMap(container =>
      container.probes.flatMap((probe): Found[] => {
        const problem = PROBES.includes(probe.kind) ? effect(pod, probe, agent) : undefined
        if (problem === undefined) return []
        const path = `${pod.specPath}.${probe.path}.host`
        return [
          {
            // A template does not show whether the mesh rewrites probes.
            severity: pod.exists ? 'error' : 'warning',
            message: `The ${probe.kind} probe of ${container.name} ${problem}`,
            path,
            proof: [{from: path, text: probe.host ?? ''}],
            patch: [sameContainer(pod, container), {op: 'remove', path: pointer(path)}],
          },
        ]
      }),
    )
  },
})
