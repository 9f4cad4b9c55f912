import {runningIstiods} from '../../evidence/control-plane/istiods.js'
import {textOf} from '../../formats/decode.js'
import {own} from '../../model/collections/own.js'
import {gapSentence} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import {type PodRef, podRefOf} from '../../model/kube/kube-object.js'
import {matchesLabels, parseSelector} from '../../model/kube/selector.js'
import type {Source} from '../../sources/source.js'
import {resolveSubject} from '../../sources/subject.js'

/** A web page inside a pod: how the pod is found, its port and path. Ports and selectors are those of `istioctl dashboard` 1.31. */
interface Dashboard {
  /** Labels of the pod in the namespace of the control plane, else in the current one; `proxy`: the pod that is named; `istiod`: that, else a running istiod. */
  readonly pod: {readonly labels: string} | 'proxy' | 'istiod'
  readonly port: number
  readonly path: string
}

export const DASHBOARDS: Readonly<Record<string, Dashboard>> = {
  kiali: {pod: {labels: 'app=kiali'}, port: 20_001, path: '/kiali'},
  prometheus: {pod: {labels: 'app.kubernetes.io/name=prometheus'}, port: 9090, path: ''},
  grafana: {pod: {labels: 'app.kubernetes.io/name=grafana'}, port: 3000, path: ''},
  jaeger: {pod: {labels: 'app=jaeger'}, port: 16_686, path: ''},
  zipkin: {pod: {labels: 'app=zipkin'}, port: 9411, path: ''},
  skywalking: {pod: {labels: 'app=skywalking-ui'}, port: 8080, path: ''},
  envoy: {pod: 'proxy', port: 15_000, path: ''},
  proxy: {pod: 'proxy', port: 15_000, path: ''},
  istiod: {pod: 'istiod', port: 15_014, path: '/debug'},
  'istiod-debug': {pod: 'istiod', port: 15_014, path: '/debug'},
  controlz: {pod: 'istiod', port: 9876, path: ''},
}

interface DashboardFlags {
  readonly namespace?: string | undefined
  readonly istioNamespace: string
  readonly revision?: string | undefined
  readonly selector?: string | undefined
  readonly 'proxy-admin-port': number
  readonly 'ui-port'?: number | undefined
}

/** Where a dashboard is: the pod, and the port and path in it. */
interface DashboardPlace {
  readonly pod: PodRef
  readonly port: number
  readonly path: string
}

async function labelled(source: Source, labels: string, {istioNamespace, namespace}: DashboardFlags): Promise<PodRef> {
  const wanted = parseSelector(labels)
  for (const home of new Set([istioNamespace, namespace ?? source.defaultNamespace])) {
    const answer = await source.objects({kind: 'Pod', namespace: home, labels: wanted})
    if (!answer.ok) throw new UserError(gapSentence(answer.gap), {gap: answer.gap})
    const found = answer.value
      .filter(pod => matchesLabels(wanted, pod.metadata.labels ?? {}))
      .find(pod => textOf(pod, 'status', 'phase') === 'Running')
    if (found !== undefined) return podRefOf(found)
  }
  throw new UserError(`no pods found with selector ${labels}`, {
    hint: `It may not be installed; this looked in ${istioNamespace} and ${namespace ?? source.defaultNamespace}. Name its namespace with -n.`,
    next: `kubectl get pods -A -l ${labels}`,
  })
}

async function istiod(source: Source, name: string | undefined, flags: DashboardFlags): Promise<PodRef> {
  const {istioNamespace, selector, revision} = flags
  if (name !== undefined || selector !== undefined)
    return (await resolveSubject(source, {name, selector, namespace: istioNamespace})).pod
  const running = await runningIstiods(source, {istioNamespace, revision})
  if (!running.ok) throw new UserError(gapSentence(running.gap), {gap: running.gap})
  const [first] = running.value
  if (first === undefined)
    throw new UserError(`no running istiod in namespace ${istioNamespace}`, {hint: 'Specify its namespace with -i.'})
  return podRefOf(first)
}

/** The pod, port and path of a dashboard; an unknown one is an error that lists them. */
export async function dashboardPlace(
  source: Source,
  name: string,
  pod: string | undefined,
  flags: DashboardFlags,
): Promise<DashboardPlace> {
  const found = own(DASHBOARDS, name)
  if (found === undefined)
    throw new UserError(`unknown dashboard ${JSON.stringify(name)}`, {
      hint: `Use one of ${Object.keys(DASHBOARDS).join(', ')}.`,
    })
  const port = flags['ui-port'] ?? (found.pod === 'proxy' ? flags['proxy-admin-port'] : found.port)
  const place = {port, path: found.path}
  if (found.pod === 'istiod') return {...place, pod: await istiod(source, pod, flags)}
  if (found.pod !== 'proxy') {
    if (pod !== undefined) throw new UserError(`dashboard ${name} takes no pod`)
    return {...place, pod: await labelled(source, flags.selector ?? found.pod.labels, flags)}
  }
  if (pod === undefined && flags.selector === undefined) throw new UserError('specify a pod or --selector')
  if (pod !== undefined && flags.selector !== undefined)
    throw new UserError('name cannot be provided when a selector is specified')
  return {
    ...place,
    pod: (await resolveSubject(source, {name: pod, namespace: flags.namespace, selector: flags.selector})).pod,
  }
}
