import {movedPorts} from '../../analysis/pod-mode/moved-ports.js'
import {pointer} from '../../model/object-path.js'
import {appContainers, type PodModel, type Probe} from '../../model/pod.js'
import {isTemplated} from '../../model/templated.js'
import {sameContainer} from '../mend.js'
import {defineRule, type Found, PAGES} from '../rule.js'

const PROBES = ['liveness', 'readiness', 'startup']
const REWRITE = 'sidecar.istio.io/rewriteAppHTTPProbers'
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/

/** What becomes of a probe that names a host: an HTTP probe keeps it, a TCP probe loses it (istio, injection rewrites port, path and scheme only). */
function effect(pod: PodModel, {handler, host = '', port}: Probe, agent: number): string | undefined {
  const own = host === '' || isTemplated(host) || (pod.status?.podIps ?? []).includes(host)
  if (own || pod.annotations[REWRITE] === 'false') return undefined
  // In a pod that exists, what injection has rewritten asks the agent.
  if (pod.exists && port !== agent) return undefined
  if (handler === 'httpGet') {
    const who = LOOPBACK.test(host) ? 'which is the node, not the pod' : 'not the pod'
    return `is sent to ${host}, ${who}; injection leads it to the agent's port ${agent}, where ${host} does not answer.`
  }
  // Asking itself is what the agent makes of it anyway.
  if (handler !== 'tcpSocket' || LOOPBACK.test(host)) return undefined
  return `asks the host ${host}; injection leaves out the host, so that the pod itself is asked.`
}

export const rule = defineRule({
  code: 'MCT1413',
  slug: 'probe-host',
  aliases: [],
  severity: 'warning',
  title: 'A probe asks another host than its pod',
  why: "Injection leads probes to the agent in the pod. An HTTP probe keeps its host, so that the kubelet looks for the agent's port there and the probe fails; a TCP probe loses it and no longer tests what it was meant to.",
  fix: 'Remove host from the probe (a name for the application goes into httpHeaders as Host); to test something outside, use an exec probe.',
  references: [PAGES.probes],
  modes: ['sidecar'],
  needs: [],
  check: ({pod}) => {
    const agent = movedPorts(pod).get(15020) ?? 15020
    return appContainers(pod).flatMap(container =>
      container.probes.flatMap((probe): Found[] => {
        const what = PROBES.includes(probe.kind) ? effect(pod, probe, agent) : undefined
        if (what === undefined) return []
        const path = `${pod.specPath}.${probe.path}.host`
        return [
          {
            // Of a template it is not known whether the whole mesh leaves probes alone.
            severity: pod.exists ? 'error' : 'warning',
            message: `The ${probe.kind} probe of ${container.name} ${what}`,
            path,
            proof: [{from: path, text: probe.host ?? ''}],
            patch: [sameContainer(pod, container), {op: 'remove', path: pointer(path)}],
          },
        ]
      }),
    )
  },
})
