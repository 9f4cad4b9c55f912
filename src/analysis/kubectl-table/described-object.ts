import type {DescribedObject} from '../../model/kube/described-object.js'
import {failureCause} from '../pod-failures/causes.js'

function nameOf({name, namespace}: DescribedObject): string {
  return namespace === '' ? name : `${namespace}/${name}`
}

/** What the controller and the scheduler say against it, each cause once: in the conditions, then in the events. */
function causes({conditions, events}: DescribedObject): readonly string[] {
  const said = [
    ...conditions.filter(({type, status}) => type === 'ReplicaFailure' && status === 'True'),
    ...events.filter(({warning}) => warning),
  ].filter(({message}) => message !== '')
  const found = new Map(
    said.flatMap(({reason, message}) => {
      const cause = failureCause(reason, message)
      return cause === undefined ? [] : [[cause.text, cause] as const]
    }),
  )
  return [...found.values()].map(({text, fix}) => `${text}. ${fix}`)
}

/** Pods that are there and pods that are wanted, as the controllers are described (kubectl, describeReplicaSet, describeDeployment, describeDaemonSet). */
function podsOf({fields}: DescribedObject): readonly [have: number, want: number] | undefined {
  const replicas = fields.get('Replicas') ?? ''
  const [, current, wanted] = /^(\d+) current \/ (\d+) desired/.exec(replicas) ?? []
  const [, desired] = /^(\d+) desired/.exec(replicas) ?? []
  const [, available] = /\b(\d+) available/.exec(replicas) ?? []
  const [, total] = /\b(\d+) total/.exec(replicas) ?? []
  const have = current ?? available ?? total ?? fields.get('Number of Nodes Scheduled with Available Pods')
  const want = wanted ?? desired ?? fields.get('Desired Number of Nodes Scheduled')
  return have === undefined || want === undefined ? undefined : [Number(have), Number(want)]
}

function workloadFindings(object: DescribedObject): readonly string[] {
  const pods = podsOf(object)
  const why = causes(object)
  const head =
    pods !== undefined && pods[0] < pods[1]
      ? [`${nameOf(object)} has ${pods[0]} of ${pods[1]} pods${why.length > 0 ? '; the reason is in its events' : ''}`]
      : why.length > 0
        ? [`${nameOf(object)}: a failure is reported`]
        : []
  return [...head, ...why]
}

function jobFindings(object: DescribedObject): readonly string[] {
  const statuses = object.fields.get('Pods Statuses') ?? ''
  const [, active] = /\b(\d+) (?:Active|Running)/.exec(statuses) ?? []
  const [, failed] = /\b(\d+) Failed/.exec(statuses) ?? []
  const head = [
    ...(Number(failed ?? 0) > 0
      ? [`Job ${nameOf(object)} has ${failed} failed pods: read the log of the last one`]
      : []),
    ...(Number(active ?? 0) > 0
      ? [
          `Job ${nameOf(object)} still has ${active} active pods: if the work is done, a sidecar that is an ordinary container keeps them running (kubectl get pods shows READY 1/2)`,
        ]
      : []),
  ]
  return [...head, ...causes(object)]
}

function serviceFindings(object: DescribedObject): readonly string[] {
  const {fields} = object
  const selector = fields.get('Selector') ?? ''
  const endpoints = fields.get('Endpoints')
  if (fields.get('Type') === 'ExternalName' || endpoints === undefined) return []
  if (endpoints !== '<none>' && endpoints !== '') return [`Service ${nameOf(object)} has the endpoints ${endpoints}`]
  const why =
    selector === '<none>' || selector === ''
      ? 'it has no selector, and its EndpointSlices list nothing'
      : `its selector ${selector} matches no pod, or no pod that is ready. Compare: kubectl get pods -l ${selector.replaceAll(' ', '')}`
  return [`Service ${nameOf(object)} has no endpoints: Envoy answers 503 (UH, no healthy upstream). The cause: ${why}`]
}

/** Containers without a request, as the autoscaler names them (kube-controller-manager, podautoscaler/replica_calculator.go). */
const NO_REQUEST = /missing request for (\w+)(?: in container ([\w.-]{1,63}))?/

/** What to set so that the autoscaler can compute with the proxy (istio.io, resource annotations: one of them replaces all default resources). */
function requestAdvice(resource: string, container: string | undefined): string {
  const set =
    'set it with sidecar.istio.io/proxyCPU and proxyMemory (either of them alone replaces all resources of global.proxy.resources)'
  if (container === 'istio-proxy') return set
  const own = `set resources.requests.${resource}`
  return container === undefined ? `${own} of each container; for istio-proxy ${set}` : own
}

function autoscalerFindings(object: DescribedObject): readonly string[] {
  const {fields, conditions, events} = object
  const target = fields.get('Reference') ?? ''
  const missing = [...conditions, ...events].map(({message}) => NO_REQUEST.exec(message)).find(match => match !== null)
  if (missing !== null && missing !== undefined) {
    const [, resource = '', container] = missing
    const who = container === undefined ? 'a container (the sidecar counts)' : `container ${container}`
    return [
      `HorizontalPodAutoscaler ${nameOf(object)} does not scale ${target}: ${who} has no ${resource} request. To fix it, ${requestAdvice(resource, container)}, or measure the application alone with a metric of type ContainerResource`,
    ]
  }
  const inactive = conditions.find(({type, status}) => type === 'ScalingActive' && status === 'False')
  return inactive === undefined
    ? []
    : [`HorizontalPodAutoscaler ${nameOf(object)} does not scale ${target}: ${inactive.message || inactive.reason}`]
}

const FINDINGS = {
  Service: serviceFindings,
  Workload: workloadFindings,
  Job: jobFindings,
  HorizontalPodAutoscaler: autoscalerFindings,
} as const

/** What the description of an object says that a person who debugs a mesh would look for. */
export function describedObjectFindings(object: DescribedObject): readonly string[] {
  const found = FINDINGS[object.kind](object)
  return found.length > 0 ? found : [`the description of ${nameOf(object)} shows no fault`]
}
