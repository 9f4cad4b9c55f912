import type {PatchStep} from '../model/finding.js'
import type {Container, PodModel} from '../model/kube/pod.js'
import {commaList} from '../model/text/comma-list.js'
import {entryPointer, pointer} from '../model/text/object-path.js'

/** True for a valid label value of Kubernetes. */
export function isLabelValue(text: string): boolean {
  return text.length <= 63 && /^([A-Za-z0-9]([\w.-]*[A-Za-z0-9])?)?$/.test(text)
}

/** Sets a label or an annotation of the pod template. */
export function setInMap(
  pod: PodModel,
  place: 'labels' | 'annotations',
  key: string,
  value: string,
): readonly PatchStep[] {
  return [{op: 'add', path: entryPointer(`${pod.metadataPath}.${place}`, key), value}]
}

/** Removes an annotation of the pod template if it still has the value that was read. */
export function removeAnnotation(pod: PodModel, key: string): readonly PatchStep[] {
  const path = entryPointer(`${pod.metadataPath}.annotations`, key)
  return [
    {op: 'test', path, value: pod.annotations[key]},
    {op: 'remove', path},
  ]
}

/** Guards the steps after it: the index in the path must still be that of this container. */
export function sameContainer(pod: PodModel, container: Container): PatchStep {
  return {op: 'test', path: pointer(`${pod.specPath}.${container.path}.name`), value: container.name}
}

/** Removes items from a comma-separated annotation, or the annotation itself when none is left. */
export function withoutItems(pod: PodModel, key: string, items: readonly string[]): readonly PatchStep[] {
  const kept = commaList(pod.annotations[key]).filter(each => !items.includes(each))
  const [seen, removed] = removeAnnotation(pod, key)
  if (seen === undefined || removed === undefined || kept.length === 0) return removeAnnotation(pod, key)
  return [seen, {op: 'replace', path: seen.path, value: kept.join(',')}]
}
