import type {NodeAgent} from '../facts.js'
import {defineRule, type Found} from '../rule.js'

/** Why an agent does not serve its node; undefined where it is ready. */
function fault(what: string, node: string, agent: NodeAgent | 'missing' | 'unknown'): string | undefined {
  if (agent === 'unknown') return undefined
  if (agent === 'missing') return `No ${what} runs on node ${node}`
  if (agent.ready) return undefined
  return `${agent.name} of node ${node} is not ready${agent.waiting === undefined ? '' : ` (${agent.waiting})`}`
}

function nameOf(agent: NodeAgent | string, node: string): string {
  return typeof agent === 'string' ? `none on ${node}` : agent.name
}

export const rule = defineRule({
  code: 'MCT1615',
  slug: 'ambient-node-agents',
  aliases: [],
  severity: 'error',
  title: 'Node of an ambient pod is not served',
  why: 'Every connection of an ambient pod passes the ztunnel of its node, and istio-cni sets up the pods that start there: without ztunnel connections are refused, without istio-cni new pods do not start or stay outside the mesh.',
  fix: 'Find out why the DaemonSet has no ready pod there (kubectl get pods -n istio-system -o wide; tolerations, resources, image, its log), and wait until it is ready.',
  references: [
    'https://istio.io/latest/docs/ambient/usage/troubleshoot-ztunnel/',
    'https://istio.io/latest/docs/ambient/architecture/control-plane/',
  ],
  modes: ['ambient', 'none'],
  needs: ['nodeAgents'],
  check: ({mode}, {nodeAgents}) => {
    if (nodeAgents === 'none') return []
    const {node, ztunnel, cni} = nodeAgents
    const away = fault('ztunnel', node, ztunnel)
    const agent = fault('istio-cni agent', node, cni)
    const found: Found[] = []
    if (away !== undefined)
      found.push({
        message: `${away}: connections from and to the pod ${typeof ztunnel === 'string' || ztunnel.waiting !== undefined ? 'are' : 'may be'} refused.`,
        proof: [{from: 'pods labelled app=ztunnel', text: nameOf(ztunnel, node)}],
      })
    if (agent !== undefined)
      found.push({
        severity: mode === 'ambient' ? 'warning' : 'error',
        message: `${agent}: ${mode === 'ambient' ? 'pods that start there do not join the mesh' : 'the pod is not redirected'}.`,
        proof: [{from: 'pods labelled k8s-app=istio-cni-node', text: nameOf(cni, node)}],
      })
    return found
  },
})
