import type {KubeObject} from '../../model/kube-object.js'
import {at, isObject, listOf} from '../decode.js'

/** A field of a type the API server refuses, and its path. */
export interface WrongField {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** Where kinds that make pods keep the template's metadata and spec. */
const TEMPLATES: readonly (readonly string[])[] = [
  [],
  ['spec', 'template'],
  ['spec', 'jobTemplate', 'spec', 'template'],
]

function stringMap(object: unknown, path: readonly string[]): readonly WrongField[] {
  const map = at(object, ...path)
  if (map === undefined) return []
  if (!isObject(map)) return [{path, message: `${path.join('.')} must be a map`}]
  return Object.entries(map)
    .filter(([, value]) => typeof value !== 'string')
    .map(([key, value]) => ({
      path: [...path, key],
      message: `${path.join('.')}.${key} must be a string, not ${JSON.stringify(value)} (quote it)`,
    }))
}

function containers(object: unknown, base: readonly string[]): readonly WrongField[] {
  return ['containers', 'initContainers'].flatMap(name => {
    const path = [...base, 'spec', name]
    const list = at(object, ...path)
    if (list !== undefined && !Array.isArray(list)) return [{path, message: `${path.join('.')} must be a list`}]
    return listOf(object, ...path).flatMap((container, index): readonly WrongField[] => {
      const here = [...path, index]
      if (typeof at(container, 'name') !== 'string')
        return [{path: [...here, 'name'], message: `${here.join('.')}.name must be a string`}]
      return listOf(container, 'ports').flatMap((port, number) =>
        Number.isInteger(at(port, 'containerPort'))
          ? []
          : [
              {
                path: [...here, 'ports', number, 'containerPort'],
                message: `${here.join('.')}.ports.${number}.containerPort must be a number`,
              },
            ],
      )
    })
  })
}

/** The fields rules read whose type the API server would refuse (Kubernetes API reference); an object with one cannot be applied. */
export function wrongFields(object: KubeObject): readonly WrongField[] {
  return TEMPLATES.flatMap(base => [
    ...stringMap(object, [...base, 'metadata', 'labels']),
    ...stringMap(object, [...base, 'metadata', 'annotations']),
    ...containers(object, base),
  ])
}
