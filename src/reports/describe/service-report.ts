import {podMode} from '../../analysis/pod-mode/pod-mode.js'
import {boundPorts, selects} from '../../analysis/ports/service-ports.js'
import {mtlsMode} from '../../analysis/traffic-policy/peer-mode.js'
import {type ComparedRule, comparePresence} from '../../analysis/traffic-policy/presence.js'
import {policiesOf, reachOf} from '../../analysis/traffic-policy/service-objects.js'
import {askedOnce} from '../../evidence/asked-once.js'
import {listObjects} from '../../evidence/mesh-objects/list-objects.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {readService} from '../../formats/kube/kube-service.js'
import {readPod, WORKLOAD_KINDS} from '../../formats/kube-pod/parse.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {groupedPairs} from '../../model/collections/grouped-by.js'
import {type Gap, gapSentence} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {Finding} from '../../model/finding.js'
import {ENVOY_MODES, type PodMode} from '../../model/istio/pod-mode.js'
import {isOutsideKubernetes} from '../../model/kube/container-facts.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import type {ServiceModel} from '../../model/kube/kube-service.js'
import type {ObjectRef, PodModel} from '../../model/kube/pod.js'
import {notFoundError} from '../../sources/not-found.js'
import type {Source} from '../../sources/source.js'
import {byPreference, isReady} from '../../sources/subject.js'
import {offersHint, optional, type Report} from '../report.js'
import {checked, type DescribeOptions, withUnchecked} from './checked.js'
import type {AppliedPolicy} from './report.js'
import {disagreements} from './traffic/disagreements.js'
import {readProxy} from './traffic/in-proxy.js'
import {type MeshObjects, readMeshObjects, shortName} from './traffic/mesh-objects.js'
import {endpointPods, podsNotCaptured, writtenEndpoints} from './traffic/pods-not-captured.js'
import {describeTraffic, enforcerOf, type ServiceDescription} from './traffic/traffic.js'
import {podWarnings} from './warnings.js'

/** A pod behind a Service. */
export interface BackingPod {
  readonly name: string
  readonly workload: ObjectRef
  readonly mode: PodMode
  readonly ready: boolean
  readonly phase: string
  readonly warnings: readonly string[]
}

/** A port whose mTLS mode differs between pods. */
export interface MixedMode {
  readonly port: number
  readonly modes: readonly {readonly mode: string; readonly pods: readonly string[]}[]
}

/** Everything that routes traffic to a Service, and the pods behind it. */
export interface ServiceReport extends Report {
  readonly description: ServiceDescription
  /** Absent if pods could not be read. */
  readonly pods?: readonly BackingPod[]
  /** The pod whose proxy was read. */
  readonly seenIn?: string
  readonly mixed: readonly MixedMode[]
  readonly policies?: readonly (AppliedPolicy & {readonly pods: number})[]
  readonly policiesInProxy: readonly ComparedRule[]
  readonly disagreements: readonly string[]
  /** Pods its EndpointSlices list that the source does not contain (a partial capture). */
  readonly unseen: readonly string[]
  /** Addresses that EndpointSlices give a Service without selector. */
  readonly written?: readonly string[]
  /** Number of checks of its pods that could not run. */
  readonly unasked: number
  /** Findings in its pods, of severity warning and above. */
  readonly findings: readonly Finding[]
}

/** Maximum number of pods checked per Service; each costs several calls, and pods of a workload are usually identical. */
const PODS_CHECKED = 20

async function serviceNamed(source: Source, name: string, namespace: string) {
  const found = await source.objects({kind: 'Service', namespace, name})
  if (!found.ok)
    throw new UserError(
      `cannot look up Services in ${source.origin.label}: ${gapSentence(found.gap)}`,
      offersHint(source),
    )
  const [first] = found.value
  if (first !== undefined) return readService(first)
  throw await notFoundError(source, {kind: 'Service', resource: 'services', name, namespace})
}

function backing(pod: PodModel, findings: readonly Finding[]): BackingPod {
  const found = findings.filter(({pods}) => pods.includes(pod.object.name)).map(({rule}) => rule)
  return {
    name: pod.object.name,
    workload: pod.workload,
    mode: podMode(pod),
    ready: pod.status?.ready === true,
    phase: pod.status?.phase ?? 'Unknown',
    warnings: podWarnings(pod)
      .filter(({rule}) => rule === undefined || !found.includes(rule))
      .map(({text}) => text),
  }
}

/** Pods named by the Service's endpoints that are not among those held. */
async function unseenPods(source: Source, {object}: ServiceModel, held: readonly KubeObject[], gaps: Gap[]) {
  const named = await endpointPods(source, object)
  const unseen = (optional(named, gaps) ?? []).filter(name => !held.some(({metadata}) => metadata.name === name))
  if (unseen.length > 0) gaps.push(podsNotCaptured(unseen, `Service ${shortName(object)}`))
  return unseen
}

/** The workloads in given files whose pods the Service would select. */
async function templatesOf(source: Source, service: ServiceModel): Promise<readonly PodModel[]> {
  if (source.traits.complete || source.manifests === undefined) return []
  const {namespace} = service.object
  const lists = await Promise.all(
    WORKLOAD_KINDS.filter(kind => kind !== 'Pod').map(kind => source.objects({kind, namespace})),
  )
  return lists
    .flatMap(answer => (answer.ok ? answer.value : []))
    .flatMap(object => readPod(object) ?? [])
    .filter(pod => selects(service, pod))
}

/** Runs check on the pods behind a Service, pods that are not ready first, up to PODS_CHECKED. */
async function checkedPods(source: Source, pods: readonly KubeObject[], options: DescribeOptions, gaps: Gap[]) {
  const [notReady, ready] = [pods.filter(pod => !isReady(pod)), pods.filter(isReady)]
  const some = [...notReady, ...ready].slice(0, PODS_CHECKED)
  const left = pods.length - some.length
  if (left > 0) {
    const what = `checks of ${left} of its ${pods.length} pods`
    gaps.push({
      what,
      reason: 'not-captured',
      detail: `at most ${PODS_CHECKED} pods are checked`,
      hint: "Run 'meshctl check -l SELECTOR' to check all of them.",
    })
  }
  return await checked(source, some, options)
}

/** Ports whose mTLS mode differs between pods: another policy, or no proxy. */
function mixedModes(
  description: ServiceDescription,
  pods: readonly PodModel[],
  {peerAuthentications, rootNamespace}: MeshObjects,
): readonly MixedMode[] {
  if (peerAuthentications === undefined) return []
  return description.ports.flatMap(({port}) => {
    const byMode = groupedPairs(
      pods.map(pod => {
        const target = boundPorts(pod, [description.service]).find(each => each.port.port === port.port)?.target ?? 0
        const mode =
          podMode(pod) === 'none' ? 'no proxy' : mtlsMode(pod, target, peerAuthentications, rootNamespace).mode
        return [mode, pod.object.name] as const
      }),
    )
    const modes = [...byMode].map(([mode, names]) => ({mode, pods: names}))
    return modes.length > 1 ? [{port: port.port, modes}] : []
  })
}

/** Describes how Istio handles a Service: its ports, what routes to it, which gateways expose it, and its pods. */
export async function serviceReport(
  given: Source,
  name: string,
  namespace: string,
  options: DescribeOptions,
): Promise<ServiceReport> {
  const source = noted(askedOnce(given))
  const {istioNamespace} = options
  const gaps: Gap[] = []
  const service = await serviceNamed(source, name, namespace)
  const objects = await readMeshObjects(source, namespace, istioNamespace, gaps)
  const found = optional(await listObjects(source, 'Pod', namespace), gaps)
  const backed = [...(found ?? [])].sort(byPreference).flatMap(object => {
    const pod = readPod(object)
    return pod !== undefined && selects(service, pod) ? [{object, pod}] : []
  })
  const pods = backed.map(({pod}) => pod)
  const usable = pods.find(
    pod => !isOutsideKubernetes(pod) && ENVOY_MODES.includes(podMode(pod)) && pod.status?.phase === 'Running',
  )
  const ref = usable === undefined ? undefined : {namespace, name: usable.object.name}
  const view = ref === undefined ? undefined : optional(await readProxy(source, ref, gaps), gaps)
  const first = usable ?? pods[0]
  const ordered = first === undefined ? pods : [first, ...pods.filter(pod => pod !== first)]
  const guard = first === undefined ? 'unknown' : enforcerOf(podMode(first))
  const facts = {source, objects, view, guard, gaps} as const
  const templates = pods.length === 0 ? await templatesOf(source, service) : []
  const shown = templates.length === 0 ? ordered : templates.slice(0, 1)
  const described = await describeTraffic(service, shown, facts)
  const description =
    templates.length === 0 ? described : {...described, templates: templates.map(({workload}) => workload)}
  const {authorizationPolicies: all, rootNamespace: root} = objects
  const counted = (policy: {readonly object: {readonly name: string; readonly namespace: string}}) =>
    pods.filter(pod =>
      policiesOf(pod, all ?? [], root).some(({object}) => shortName(object) === shortName(policy.object)),
    )
  const policies = all
    ?.map(each => ({...each, reach: reachOf(each, root), pods: counted(each).length}))
    .filter(each => each.pods > 0)
  const here = usable === undefined || all === undefined ? undefined : policiesOf(usable, all, root)
  const policiesInProxy = comparePresence({
    byObjects: here?.filter(({rules}) => rules > 0).map(({object}) => shortName(object)),
    existing: (all ?? []).map(({object}) => shortName(object)),
    byProxy: view?.policies,
  })
  const different = disagreements([description], policiesInProxy)
  const unseen = found === undefined ? [] : await unseenPods(source, service, found, gaps)
  const written = await writtenEndpoints(source, service)
  const objectsBehind = backed.map(({object}) => object)
  const {findings, unasked, ...check} = await checkedPods(source, objectsBehind, options, gaps)
  return {
    ...answeredFrom(source),
    gaps: withUnchecked(gaps, check.gaps),
    notes: [],
    description,
    pods: found === undefined ? undefined : pods.map(pod => backing(pod, findings)),
    ...definedFields({seenIn: view === undefined || ref === undefined ? undefined : `${ref.name}.${ref.namespace}`}),
    mixed: mixedModes(description, pods, objects),
    policies,
    policiesInProxy,
    disagreements: different,
    unseen,
    ...definedFields({written: written.length === 0 ? undefined : written}),
    unasked,
    findings,
    failing: different.length > 0 || findings.some(({severity}) => severity === 'error'),
  }
}
