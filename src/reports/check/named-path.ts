import type {PodModel} from '../../model/pod.js'

/** Names that cannot be taken for a number or end a bracket too early. */
const PLAIN = /^(?=.*[a-z])[a-z0-9-]+$/

/**
 * A path with containers by name and not by number: in `containers[web].ports` it does not matter who stands before the container,
 * as in a pod to which a webhook added one that no template has.
 */
export function namedPath({specPath, containers}: PodModel, path: string): string {
  for (const {path: own, name} of containers) {
    const numbered = `${specPath}.${own}`
    if (path !== numbered && !path.startsWith(`${numbered}.`)) continue
    const list = own.slice(0, own.indexOf('['))
    const alone = containers.filter(each => each.name === name && each.path.startsWith(`${list}[`)).length === 1
    return alone && PLAIN.test(name) ? `${specPath}.${list}[${name}]${path.slice(numbered.length)}` : path
  }
  return path
}
