import {isMonitoringPort} from '../../analysis/ports/monitoring-port.js'
import {selectingServices} from '../../analysis/ports/service-ports.js'
import {isOlder} from '../../model/istio/istio-version.js'
import type {ServiceModel} from '../../model/kube/kube-service.js'
import {
  appContainers,
  type Container,
  type ContainerPort,
  type PodModel,
  runsToCompletion,
} from '../../model/kube/pod.js'
import {type Labels, matchesLabels, requirementsOf} from '../../model/kube/selector.js'
import {defineRule, PAGES} from '../rule.js'

/** A Service whose selector differs from the pod in one label, most often a typo. */
function nearMiss(service: ServiceModel, labels: Labels): string | undefined {
  const differing = Object.entries(service.selector).filter(([key, value]) => labels[key] !== value)
  const [first] = differing
  if (first === undefined || differing.length !== 1 || Object.keys(service.selector).length < 2) return undefined
  const [key, value] = first
  return `${service.object.name} selects ${key}=${value}, the pod has ${labels[key] === undefined ? 'no such label' : `${key}=${labels[key]}`}`
}

/** Declared ports that clients in the mesh may use; node agents (DaemonSets) are called on their node. */
function served(pod: PodModel, free: readonly number[]): readonly (ContainerPort & {readonly container: Container})[] {
  if (pod.workload.kind === 'DaemonSet') return []
  return appContainers(pod).flatMap(container =>
    container.ports
      .filter(
        ({name, port, hostPort}) =>
          hostPort === undefined && !free.includes(port) && !isMonitoringPort(pod, name, port),
      )
      .map(port => ({...port, container})),
  )
}

/** True when a probe of its container uses this port, possibly as its only client. */
function isProbed(
  {rewrittenProbes}: PodModel,
  {port, name, container}: ContainerPort & {readonly container: Container},
): boolean {
  const kept = rewrittenProbes.some(each => each.container === container.name && each.port === port)
  return kept || container.probes.some(probe => probe.port === port || (name !== undefined && probe.port === name))
}

export const rule = defineRule({
  code: 'MCT1102',
  slug: 'no-service',
  aliases: [],
  severity: 'warning',
  title: 'No Service selects the pod',
  why: 'Clients in the mesh reach a pod through a Service; without one its ports have no name, route or protocol, and are reachable by address only, as plain TCP.',
  fix: 'Create a Service whose selector matches the labels of the pod, or correct the selector.',
  references: [PAGES.requirements],
  versions: 'required up to Istio 1.19; since 1.20 only for pods that serve traffic',
  modes: ['sidecar', 'ambient'],
  needs: ['services'],
  uses: ['serviceEntries'],
  parameters: {
    ports: {
      type: 'ports',
      default: [],
      about: 'container ports that need no Service, such as metrics ports',
    },
  },
  check: ({pod, mode, version}, {services, serviceEntries = []}, {ports: free}) => {
    // The selector of an ExternalName is ignored.
    if (selectingServices(pod, services).some(({type}) => type !== 'ExternalName')) return []
    const named = serviceEntries.filter(({object}) => object.namespace === pod.object.namespace)
    if (named.some(({selector}) => selector !== undefined && matchesLabels(requirementsOf(selector), pod.labels)))
      return []
    const ports = served(pod, free)
    const clientOnly = ports.length === 0 || runsToCompletion(pod)
    if (clientOnly && !isOlder(version, 1, 20)) return []
    const labels = Object.entries(pod.labels).filter(([key]) => !/pod-template-hash|istio\.io\//.test(key))
    const candidates = services.filter(({type}) => type !== 'ExternalName')
    const near = candidates.map(service => nearMiss(service, pod.labels)).filter(each => each !== undefined)
    return [
      {
        // ztunnel takes a pod's own address with mTLS and policies.
        severity:
          mode === 'ambient' ||
          clientOnly ||
          (candidates.length === 0 && services.length > 0) ||
          (near.length === 0 && ports.every(port => isProbed(pod, port)))
            ? 'info'
            : 'warning',
        message: `${candidates.length < 2 ? 'No Service' : `None of the ${candidates.length} Services`} of ${pod.object.namespace} selects the pod${ports.length === 0 ? '' : `, which declares port ${ports.map(({port}) => port).join(', ')}`}.`,
        path: `${pod.metadataPath}.labels`,
        proof: [
          {from: `${pod.metadataPath}.labels`, text: labels.map(([key, value]) => `${key}=${value}`).join(', ')},
          ...near.slice(0, 3).map(text => ({from: 'Service', text})),
        ],
      },
    ]
  },
})
