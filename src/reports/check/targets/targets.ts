import {flagOf, listOf} from '../../../formats/decode.js'
import {isWorkloadKind, readPod, WORKLOAD_KINDS} from '../../../formats/kube-pod/parse.js'
import {isPatch} from '../../../formats/kube-pod/patch.js'
import {podHasEnded} from '../../../formats/kube-pod/proxy-pod.js'
import {type Gap, gapSentence} from '../../../model/answer.js'
import {kindOf} from '../../../model/kinds.js'
import type {KubeObject} from '../../../model/kube-object.js'
import {objectLabel} from '../../../model/pod.js'
import {type Labels, matchesLabels, parseSelector} from '../../../model/selector.js'
import {UserError} from '../../../model/user-error.js'
import type {Source} from '../../../sources/source.js'
import {resolvePods, splitTarget, type Target} from '../../../sources/subject.js'
import {namedTemplates} from './named-templates.js'

/** Workloads named in an error. */
const SHOWN = 3

/** The labels of the pods an object makes, which a selector picks in a cluster, and those of the object itself. */
function labelsOf(object: KubeObject): Labels {
  return {...object.metadata.labels, ...readPod(object)?.labels}
}

function owned(object: KubeObject): boolean {
  return listOf(object, 'metadata', 'ownerReferences').some(each => flagOf(each, 'controller') === true)
}

/** How a target narrows down what is asked about, for errors: ` with the labels app=web in namespace shop`. */
function narrowed({namespace, selector}: Target): string {
  const labels = selector === undefined ? '' : ` with the labels ${selector}`
  return `${labels}${namespace === undefined ? '' : ` in namespace ${namespace}`}`
}

function listed(objects: readonly KubeObject[]): string {
  const names = objects.map(({kind, metadata: {name, namespace = 'default'}}) => objectLabel({kind, namespace, name}))
  return names.length <= SHOWN
    ? names.join(', ')
    : `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`
}

/** The error for files in which there is nothing to check: what could not be read of them comes first, then what else they hold. */
async function nothingIn(source: Source, refused: Gap | undefined): Promise<UserError> {
  const damaged = (await source.manifests?.damaged()) ?? []
  const over = (await source.manifests?.skipped()) ?? []
  const [first] = damaged
  const makers = `check looks at ${WORKLOAD_KINDS.join(', ')}; Services, Namespaces and webhooks beside them are used.`
  if (first !== undefined) {
    const more = damaged.length === 1 ? '' : ` (and ${damaged.length - 1} more)`
    return new UserError(`${first.what}: ${first.detail}${more}`, {
      hint: `Nothing else in ${source.origin.label} makes pods.`,
    })
  }
  const why = refused === undefined ? '' : `: ${gapSentence(refused)}`
  return new UserError(`${source.origin.label} holds nothing that makes pods${why}`, {
    hint: [...over.map(gapSentence), makers].join('\n'),
  })
}

/** Everything in files that makes pods; ReplicaSets and Jobs made by something else are left to their owner. */
async function fromFiles(source: Source, target: Target): Promise<readonly KubeObject[]> {
  const lists = await Promise.all(WORKLOAD_KINDS.map(kind => source.objects({kind})))
  const requirements = target.selector === undefined ? [] : parseSelector(target.selector)
  const makers = lists
    .flatMap(answer => (answer.ok ? answer.value : []))
    .filter(object => (object.kind === 'Pod' || !owned(object)) && !isPatch(object) && readPod(object) !== undefined)
  if (makers.length === 0) {
    const [refused] = lists
    throw await nothingIn(source, refused !== undefined && !refused.ok ? refused.gap : undefined)
  }
  const all = makers
    .filter(object => target.namespace === undefined || (object.metadata.namespace ?? 'default') === target.namespace)
    .filter(object => matchesLabels(requirements, labelsOf(object)))
  if (all.length > 0) return all
  throw new UserError(`${source.origin.label} holds nothing that makes pods${narrowed(target)}`, {
    hint: `There is ${listed(makers)}. What names no namespace is in default.`,
  })
}

/** The error for a namespace, or a whole cluster, in which there is nothing to check. */
export function noPods(source: Source, target: Target): UserError {
  const where =
    target.allNamespaces === true ? 'any namespace' : `namespace ${target.namespace ?? source.defaultNamespace}`
  return target.selector === undefined
    ? new UserError(`no pods in ${where} of ${source.origin.label}`, {next: 'name a namespace with -n, or all with -A'})
    : new UserError(`no pods match the selector ${target.selector} in ${where} of ${source.origin.label}`, {
        next: 'look at the labels: kubectl get pods --show-labels',
      })
}

/** The pods a name stands for; of a workload that has none at the moment, the template it would make them from. */
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

/** The pods and templates the user asked about: those named, those of a namespace or selector, or everything in the files given. */
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
  if (source.impliedSubject !== undefined) {
    throw new UserError(`${source.origin.label} contains no Kubernetes objects, and check starts from pods`, {
      hint: 'For a single file of evidence there are: meshctl ports -f, iptables -f, proxy-config -f.',
    })
  }
  const pods = await resolvePods(source, target)
  const running = pods.filter(pod => !podHasEnded(pod))
  if (running.length > 0) return running
  throw noPods(source, target)
}
