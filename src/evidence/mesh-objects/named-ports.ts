import {boundPorts} from '../../analysis/ports/service-ports.js'
import {readPod, WORKLOAD_KINDS} from '../../formats/kube-pod/parse.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {type Answer, answered, type Gap} from '../../model/evidence/answer.js'
import type {ServiceModel} from '../../model/kube/kube-service.js'
import {isOver} from '../../model/kube/pod.js'
import {requirementsOf} from '../../model/kube/selector.js'
import {objectPages} from '../../sources/object-pages.js'
import type {Source} from '../../sources/source.js'

/**
 * The paths of a Service's ports whose targetPort some pod it selects has: of the pods that live, and of templates where it is they that are checked.
 * Nothing of the pods is kept; a list that cannot be read makes it unknown.
 */
export async function namedPorts(
  source: Source,
  service: ServiceModel,
  templates: boolean,
): Promise<Answer<ReadonlySet<string>>> {
  const {namespace} = service.object
  const found = new Set<string>()
  let refused: Gap | undefined
  for (const kind of templates ? WORKLOAD_KINDS : ['Pod']) {
    const labels = kind === 'Pod' ? requirementsOf(service.selector) : []
    const query = {kind, namespace, ...definedFields({labels: labels.length === 0 ? undefined : labels})}
    const pages = objectPages(source, query, object => {
      const pod = readPod(object)
      if (pod === undefined || isOver(pod)) return
      for (const {port, target} of boundPorts(pod, [service])) if (target !== undefined) found.add(port.path)
    })
    for await (const page of pages) {
      // Templates come from files, which rarely hold every kind that makes pods.
      if (!page.ok && !(templates && page.gap.reason === 'not-captured')) refused = page.gap
    }
  }
  return refused === undefined ? answered(found) : {ok: false, gap: refused}
}
