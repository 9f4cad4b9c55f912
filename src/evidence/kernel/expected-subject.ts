import {WORKLOAD_KINDS} from '../../formats/kube-pod/parse.js'
import {isOfKind, kindOf} from '../../model/kube/kinds.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {resolveSubject, type Subject, splitTarget, type Target} from '../../sources/subject.js'

/** All pods and workloads of a source. */
export async function allWorkloads(source: Source): Promise<readonly KubeObject[]> {
  const answers = await Promise.all(WORKLOAD_KINDS.map(kind => source.objects({kind})))
  return answers.flatMap(answer => (answer.ok ? answer.value : []))
}

/** The workload of manifests that a target names, where it has no pods there. */
async function templateNamed(source: Source, target: Target): Promise<KubeObject | undefined> {
  if (source.manifests === undefined || target.name === undefined) return undefined
  const {type, name, namespace = target.namespace ?? source.defaultNamespace} = splitTarget(target.name)
  const kind = type === undefined ? undefined : kindOf(type)
  const named = (await allWorkloads(source)).filter(
    object =>
      object.metadata.name === name &&
      (object.metadata.namespace ?? 'default') === namespace &&
      (kind === undefined || isOfKind(object, kind)),
  )
  return named.length === 1 && named[0]?.kind !== 'Pod' ? named[0] : undefined
}

/** The pod whose expected rules are asked for; of manifests also a workload, whose pods do not exist yet. */
export async function expectedSubject(source: Source, target: Target): Promise<Subject> {
  const template = await templateNamed(source, target)
  if (template === undefined) return await resolveSubject(source, target)
  const {name, namespace = 'default'} = template.metadata
  return {pod: {name, namespace}}
}
