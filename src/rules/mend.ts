import type {PatchStep} from '../model/finding.js'
import {entryPointer, pointer} from '../model/object-path.js'
import type {Container, PodModel} from '../model/pod.js'

/** True for what Kubernetes takes as the value of a label. */
export function isLabelValue(text: string): boolean {
  return text.length <= 63 && /^([A-Za-z0-9]([\w.-]*[A-Za-z0-9])?)?$/.test(text)
}

/** Writes a label or an annotation of the pod template. */
export function setInMap(
  pod: PodModel,
  place: 'labels' | 'annotations',
  key: string,
  value: string,
): readonly PatchStep[] {
  return [{op: 'add', path: entryPointer(`${pod.metadataPath}.${place}`, key), value}]
}

/** Removes an annotation of the pod template, and nothing but the value that was seen. */
export function removeAnnotation(pod: PodModel, key: string): readonly PatchStep[] {
  const path = entryPointer(`${pod.metadataPath}.annotations`, key)
  return [
    {op: 'test', path, value: pod.annotations[key]},
    {op: 'remove', path},
  ]
}

/** Makes sure that the steps after it change this container: its number says so only as long as nobody adds another before it. */
export function sameContainer(pod: PodModel, container: Container): PatchStep {
  return {op: 'test', path: pointer(`${pod.specPath}.${container.path}.name`), value: container.name}
}

/** The items of an annotation that lists them between commas. */
export function listed(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map(each => each.trim())
    .filter(each => each !== '')
}

/** Takes items out of an annotation that lists them; when none is left, the annotation goes as well. */
export function withoutItems(pod: PodModel, key: string, items: readonly string[]): readonly PatchStep[] {
  const kept = listed(pod.annotations[key]).filter(each => !items.includes(each))
  const [seen, removed] = removeAnnotation(pod, key)
  if (seen === undefined || removed === undefined || kept.length === 0) return removeAnnotation(pod, key)
  return [seen, {op: 'replace', path: seen.path, value: kept.join(',')}]
}
