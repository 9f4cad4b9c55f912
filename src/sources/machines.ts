import {podOfMachine} from '../formats/kube-pod/machine-pod.js'
import {type Answer, answered, missing} from '../model/evidence/answer.js'
import {evidenceRow} from '../model/evidence/evidence.js'
import {type KubeObject, podLabel, podRefOf} from '../model/kube/kube-object.js'
import {matchesLabels} from '../model/kube/selector.js'
import type {ObjectQuery, Source} from './source.js'

/**
 * The source with the machines of WorkloadEntries among its pods, each in the form of a pod owned by its entry. A pod of the same name comes first.
 * What only a running pod has is not captured of a machine: meshctl reads it there. The lists of a cluster that are of a workload's pods hold pods
 * alone: a machine belongs to none.
 */
export function withMachines(source: Source): Source {
  return amongPods(source, !source.traits.live)
}

/** The same with machines in every list of pods, as Services select them. */
export function withListedMachines(source: Source): Source {
  return amongPods(source, true)
}

function amongPods(source: Source, inLists: boolean): Source {
  const machines = new Set<string>()

  async function entries(query: ObjectQuery, taken: ReadonlySet<string>): Promise<readonly KubeObject[]> {
    const {namespace, name, labels = []} = query
    const answer = await source.objects({kind: 'WorkloadEntry', namespace, name})
    const pods = (answer.ok ? answer.value : []).flatMap(entry => podOfMachine(entry) ?? [])
    const found = pods.filter(
      pod => !taken.has(podLabel(podRefOf(pod))) && matchesLabels(labels, pod.metadata.labels ?? {}),
    )
    for (const pod of found) machines.add(podLabel(podRefOf(pod)))
    return found
  }

  const labelsOf = (pods: readonly KubeObject[]) => new Set(pods.map(pod => podLabel(podRefOf(pod))))

  async function objects(query: ObjectQuery): Promise<Answer<readonly KubeObject[]>> {
    const answer = await source.objects(query)
    const found = query.name !== undefined && answer.ok && answer.value.length > 0
    if (query.kind !== 'Pod' || !answer.ok || found || (query.name === undefined && !inLists)) return answer
    return answered([...answer.value, ...(await entries(query, labelsOf(answer.value)))])
  }

  const {pages} = source
  return {
    ...source,
    objects,
    ...(pages === undefined
      ? {}
      : {
          async *pages<T>(query: ObjectQuery, read: (object: KubeObject) => T) {
            const taken = new Set<string>()
            const noting = (object: KubeObject) => {
              if (query.kind === 'Pod') taken.add(podLabel(podRefOf(object)))
              return read(object)
            }
            let failed = false
            for await (const page of pages(query, noting)) {
              failed = !page.ok
              yield page
            }
            if (query.kind !== 'Pod' || failed) return
            const items = (await entries(query, taken)).map(read)
            if (items.length > 0) yield answered({items, begins: false, later: false, remaining: 0})
          },
        }),
    evidence: async (id, pod, query) =>
      machines.has(podLabel(pod))
        ? missing(
            evidenceRow(id).title,
            'not-captured',
            `${podLabel(pod)} is a machine outside Kubernetes: run meshctl check --from ssh:HOST, or on the machine`,
          )
        : await source.evidence(id, pod, query),
  }
}
