import {textOf} from '../../../formats/decode.js'
import {controllerOf, isWorkloadKind, readPod, WORKLOAD_KINDS} from '../../../formats/kube-pod/parse.js'
import {isPatch} from '../../../formats/kube-pod/patch.js'
import {podHasEnded} from '../../../formats/kube-pod/proxy-pod.js'
import {type Gap, gapSentence} from '../../../model/evidence/answer.js'
import {UserError} from '../../../model/evidence/user-error.js'
import {kindOf} from '../../../model/kube/kinds.js'
import type {KubeObject} from '../../../model/kube/kube-object.js'
import {objectLabel, objectRefOf} from '../../../model/kube/pod.js'
import {type Labels, matchesLabels, parseSelector} from '../../../model/kube/selector.js'
import type {Source} from '../../../sources/source.js'
import {resolvePods, splitTarget, type Target} from '../../../sources/subject.js'

/** The objects in files for `deploy/web`, `web` or `web.shop`: the pods of that workload if present, else the workload itself. */
function namedTemplates(
  objects: readonly KubeObject[],
  name: string,
  namespace: string | undefined,
): readonly KubeObject[] {
  const [first = '', rest] = name.split('/')
  const kind = rest === undefined ? undefined : kindOf(first)?.kind
  const workloadName = rest ?? first
  const named = objects.filter(({kind: own, metadata}) => {
    const home = metadata.namespace ?? 'default'
    if (kind !== undefined && own !== kind) return false
    if (workloadName === `${metadata.name}.${home}`) return true
    return workloadName === metadata.name && (namespace === undefined || home === namespace)
  })
  const labels = named.map(object => objectLabel(objectRefOf(object)))
  const pods = objects.filter(object => {
    const pod = readPod(object)
    return pod?.exists === true && labels.includes(objectLabel(pod.workload))
  })
  return pods.length > 0 ? pods : named
}

/** Workloads named in an error. */
const SHOWN = 3

/** The labels of the object and of its pod template. */
function labelsOf(object: KubeObject): Labels {
  return {...object.metadata.labels, ...readPod(object)?.labels}
}

/** True for a ReplicaSet or Job whose owner is in the files too, and covers it. */
function hasOwnerAmong(object: KubeObject, all: readonly KubeObject[]): boolean {
  const owner = controllerOf(object)
  return all.some(
    ({kind, metadata}) =>
      kind === textOf(owner, 'kind') &&
      metadata.name === textOf(owner, 'name') &&
      (metadata.namespace ?? 'default') === (object.metadata.namespace ?? 'default'),
  )
}

/** The selection of a target, for errors: ` with the labels app=web in namespace shop`. */
function selectionText({namespace, selector}: Target): string {
  const labels = selector === undefined ? '' : ` with the labels ${selector}`
  return `${labels}${namespace === undefined ? '' : ` in namespace ${namespace}`}`
}

function namesOf(objects: readonly KubeObject[]): string {
  const names = objects.map(({kind, metadata: {name, namespace = 'default'}}) => objectLabel({kind, namespace, name}))
  return names.length <= SHOWN
    ? names.join(', ')
    : `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`
}

/** Events alone are explained line by line. */
async function nextForEvents(source: Source): Promise<{readonly next?: string}> {
  const events = await source.objects({kind: 'Event'})
  return events.ok && events.value.length > 0 ? {next: 'meshctl explain -f FILE   # what the events say'} : {}
}

/** Kinds people hand to an injector, which leaves them as they are. */
const NEVER_INJECTED: ReadonlySet<string> = new Set(['Service', 'Secret', 'ConfigMap', 'ServiceAccount', 'Namespace'])

/** The error for files without workloads: first what could not be read, then what else they contain. */
async function nothingIn(source: Source, refused: Gap | undefined): Promise<UserError> {
  const damaged = (await source.manifests?.damaged()) ?? []
  const over = (await source.manifests?.skipped()) ?? []
  const [first] = damaged
  const workloads = `check needs one of ${WORKLOAD_KINDS.join(', ')}, WorkloadEntry; Services, Namespaces and webhooks in the same files are used too.`
  if (first !== undefined) {
    const more = damaged.length === 1 ? '' : ` (and ${damaged.length - 1} more)`
    return new UserError(`${first.what}: ${first.detail}${more}`, {
      hint: `${source.origin.label} contains no other workload.`,
    })
  }
  const others = ((await source.manifests?.objects()) ?? []).filter(({kind}) => NEVER_INJECTED.has(kind))
  if (refused === undefined && over.length === 0 && others.length > 0) {
    return new UserError(
      `${source.origin.label} contains no Pod, Deployment or other workload: ${namesOf(others)} ${others.length === 1 ? 'is' : 'are'} not injected, only pods are`,
      {hint: workloads},
    )
  }
  const why = refused === undefined ? '' : `: ${gapSentence(refused)}`
  return new UserError(`${source.origin.label} contains no Pod, Deployment or other workload${why}`, {
    hint: [...over.map(gapSentence), workloads].join('\n'),
    ...(await nextForEvents(source)),
  })
}

/** All workloads in the files; ReplicaSets and Jobs with an owner are covered by it. */
async function fromFiles(source: Source, target: Target): Promise<readonly KubeObject[]> {
  const lists = await Promise.all(WORKLOAD_KINDS.map(kind => source.objects({kind})))
  const requirements = target.selector === undefined ? [] : parseSelector(target.selector)
  const workloads = lists
    .flatMap(answer => (answer.ok ? answer.value : []))
    .filter(object => !isPatch(object) && readPod(object) !== undefined)
    .filter((object, _, all) => object.kind === 'Pod' || !hasOwnerAmong(object, all))
  if (workloads.length === 0) {
    const [refused] = lists
    if (target.configuration === true && refused?.ok === true) return []
    throw await nothingIn(source, refused !== undefined && !refused.ok ? refused.gap : undefined)
  }
  const all = workloads
    .filter(object => target.namespace === undefined || (object.metadata.namespace ?? 'default') === target.namespace)
    .filter(object => matchesLabels(requirements, labelsOf(object)))
  if (all.length > 0) return all
  throw new UserError(`${source.origin.label} contains no Pod, Deployment or other workload${selectionText(target)}`, {
    hint: `It contains ${namesOf(workloads)}. Objects without a namespace are in default.`,
  })
}

/** The error for a namespace, or a whole cluster, in which there is nothing to check. */
export function noPods(source: Source, target: Target): UserError {
  const where =
    target.allNamespaces === true ? 'any namespace' : `namespace ${target.namespace ?? source.defaultNamespace}`
  return target.selector === undefined
    ? new UserError(`no pods in ${where} of ${source.origin.label}`, {next: 'specify a namespace with -n, or use -A'})
    : new UserError(`no pods match the selector ${target.selector} in ${where} of ${source.origin.label}`, {
        next: 'kubectl get pods --show-labels',
      })
}

/** The pods of a name; for a workload without pods, its template. */
async function podsOrTemplate(
  source: Source,
  target: Target & {readonly name: string},
): Promise<readonly KubeObject[]> {
  const pods = await resolvePods(source, target)
  const {type = '', name, namespace = target.namespace ?? source.defaultNamespace} = splitTarget(target.name)
  const kind = kindOf(type)?.kind
  if (pods.length > 0 || kind === undefined || !isWorkloadKind(kind)) return pods
  const held = await source.objects({kind, name, namespace})
  return held.ok ? held.value.filter(object => readPod(object) !== undefined) : []
}

/** The pods and templates to check: those named, those of a namespace or selector, or everything in the files given. */
export async function checkTargets(
  source: Source,
  names: readonly string[],
  target: Target,
): Promise<readonly KubeObject[]> {
  const manifests = source.manifests !== undefined && (await source.objects({kind: 'Pod'})).ok
  if (names.length > 0) {
    const all = manifests ? await fromFiles(source, {}) : []
    const written = names.map(name => namedTemplates(all, name, target.namespace))
    if (written.every(list => list.length > 0)) return written.flat()
    const lists = await Promise.all(names.map(name => podsOrTemplate(source, {...target, name})))
    const none = lists.findIndex(list => list.length === 0)
    if (none >= 0) throw new UserError(`no pods match ${JSON.stringify(names[none])} in ${source.origin.label}`)
    return lists.flat()
  }
  const bare = source.manifests !== undefined && source.impliedSubject === undefined
  if (manifests || bare) return await fromFiles(source, target)
  const [broken] = source.impliedSubject === undefined ? [] : ((await source.manifests?.damaged()) ?? [])
  if (broken !== undefined) throw new UserError(`${broken.what}: ${broken.detail}`)
  const implied = source.impliedSubject === undefined ? undefined : await source.objects({kind: 'Pod'})
  if (implied?.ok === true && implied.value.length > 0) return implied.value
  if (implied !== undefined) {
    if (source.manifests === undefined && !implied.ok) throw new UserError(gapSentence(implied.gap))
    throw new UserError(`${source.origin.label} contains no Kubernetes objects; check needs pods or workloads`, {
      hint: 'Without Kubernetes, add the processes (ps -ef) or the sockets with their owners (ss -lntup) of the machine: check -f FILE -f FILE.',
      next: 'meshctl read FILE   # what it is, and which command reads it',
    })
  }
  const pods = await resolvePods(source, target)
  const running = pods.filter(pod => !podHasEnded(pod))
  if (running.length > 0) return running
  throw noPods(source, target)
}
