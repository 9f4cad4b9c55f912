import {readPod} from '../../src/formats/kube-pod/parse.js'
import type {KubeObject} from '../../src/model/kube/kube-object.js'

/** What injection writes on a pod beside its containers. */
const WRITTEN =
  /^(sidecar\.istio\.io\/status|security\.istio\.io\/tlsMode|service\.istio\.io\/canonical-|prometheus\.io\/|kubectl\.kubernetes\.io\/default-|pod-template-hash$)/

function without(entries: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(entries ?? {}).filter(([key]) => !WRITTEN.test(key)))
}

/** The manifest a pod was made from: its workload, with a template that has nothing injection or the cluster adds. */
export function templateOf(object: KubeObject): KubeObject | undefined {
  const pod = readPod(object)
  if (pod?.exists !== true) return undefined
  const own = new Set(pod.containers.filter(({injected}) => !injected).map(({name}) => name))
  const {nodeName: _node, ephemeralContainers: _guests, ...spec} = object.spec as Record<string, unknown>
  const kept = (list: unknown) => ((list ?? []) as {name: string}[]).filter(({name}) => own.has(name))
  const template = {
    metadata: {labels: without(object.metadata.labels), annotations: without(object.metadata.annotations)},
    spec: {...spec, containers: kept(spec.containers), initContainers: kept(spec.initContainers)},
  }
  const {kind, name, namespace} = pod.workload
  const job = {template}
  return {
    apiVersion: ['Job', 'CronJob'].includes(kind) ? 'batch/v1' : 'apps/v1',
    kind: kind === 'Pod' ? 'Deployment' : kind,
    metadata: {name, namespace},
    spec: kind === 'CronJob' ? {jobTemplate: {spec: job}} : {selector: {matchLabels: template.metadata.labels}, ...job},
  } as KubeObject
}
