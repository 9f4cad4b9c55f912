import type {PodModel} from '../../../model/pod.js'

/** The name of the container a path is in, such as `spec.template.spec.containers[0].ports`; undefined for a path of the pod itself. */
export function containerOf({specPath, containers}: PodModel, path: string): string | undefined {
  return containers.find(({path: own}) => {
    const numbered = `${specPath}.${own}`
    return path === numbered || path.startsWith(`${numbered}.`)
  })?.name
}
