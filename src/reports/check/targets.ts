import {flagOf, listOf, textOf} from '../../formats/decode.js'
import {isWorkloadKind, readPod} from '../../formats/kube-pod/parse.js'
import {gapSentence} from '../../model/answer.js'
import type {KubeObject} from '../../model/kube-object.js'
import {matchesLabels, parseSelector} from '../../model/selector.js'
import {UserError} from '../../model/user-error.js'
import type {Source} from '../../sources/source.js'
import {resolvePods, type Target} from '../../sources/subject.js'
import {namedTemplates} from './named-templates.js'

/** Kinds that make pods, as they stand in manifests. */
export const MAKERS = [
  'Pod',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'Job',
  'CronJob',
  'Rollout',
  'DeploymentConfig',
]

function owned(object: KubeObject): boolean {
  return listOf(object, 'metadata', 'ownerReferences').some(each => flagOf(each, 'controller') === true)
}

/** Everything in files that makes pods; ReplicaSets and Jobs made by something else are left to their owner. */
async function fromFiles(source: Source, target: Target): Promise<readonly KubeObject[]> {
  const lists = await Promise.all(MAKERS.map(kind => source.objects({kind})))
  const requirements = target.selector === undefined ? [] : parseSelector(target.selector)
  const all = lists
    .flatMap(answer => (answer.ok ? answer.value : []))
    .filter(object => (object.kind === 'Pod' || !owned(object)) && readPod(object) !== undefined)
    .filter(object => target.namespace === undefined || (object.metadata.namespace ?? 'default') === target.namespace)
    .filter(object => matchesLabels(requirements, object.metadata.labels ?? {}))
  if (all.length > 0) return all
  const [refused] = lists
  const why = refused !== undefined && !refused.ok ? `: ${gapSentence(refused.gap)}` : ''
  throw new UserError(`${source.origin.label} holds nothing that makes pods${why}`, {
    hint: `check looks at ${MAKERS.filter(isWorkloadKind).join(', ')}; Services, Namespaces and webhooks beside them are used.`,
  })
}

/** Pods that are of no interest to a fleet-wide check: they are over. */
function over(pod: KubeObject): boolean {
  return ['Succeeded', 'Failed'].includes(textOf(pod, 'status', 'phase') ?? '')
}

/** The error for a namespace, or a whole cluster, in which there is nothing to check. */
export function noPods(source: Source, target: Target): UserError {
  const where =
    target.allNamespaces === true ? 'any namespace' : `namespace ${target.namespace ?? source.defaultNamespace}`
  return new UserError(`no pods in ${where} of ${source.origin.label}`, {
    next: 'name a namespace with -n, or all with -A',
  })
}

/** The pods and templates the user asked about: those named, those of a namespace or selector, or everything in the files given. */
export async function checkTargets(
  source: Source,
  names: readonly string[],
  target: Target,
): Promise<readonly KubeObject[]> {
  const manifests = source.origin.kind === 'files' && (await source.objects({kind: 'Pod'})).ok
  if (names.length > 0) {
    const all = manifests ? await fromFiles(source, {}) : []
    const written = names.map(name => namedTemplates(all, name, target.namespace))
    if (written.every(list => list.length > 0)) return written.flat()
    const lists = await Promise.all(names.map(name => resolvePods(source, {...target, name})))
    const none = lists.findIndex(list => list.length === 0)
    if (none >= 0) throw new UserError(`no pods match ${JSON.stringify(names[none])} in ${source.origin.label}`)
    return lists.flat()
  }
  if (manifests) return await fromFiles(source, target)
  if (source.impliedSubject !== undefined) {
    throw new UserError(`${source.origin.label} holds no Kubernetes objects, and check starts from pods`, {
      hint: 'For a single file of evidence there are: meshctl ports -f, iptables -f, proxy-config -f.',
    })
  }
  const pods = await resolvePods(source, target)
  const running = pods.filter(pod => !over(pod))
  if (running.length > 0) return running
  throw noPods(source, target)
}
