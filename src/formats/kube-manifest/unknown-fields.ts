import {own as heldBy} from '../../model/collections/own.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {nearestNames} from '../../model/text/nearest.js'
import {isObject} from '../decode.js'
import {KIND_TYPES, TYPE_FIELDS} from './known-fields.js'
import type {ObjectPath} from './objects.js'
import type {WrongField} from './wrong-fields.js'

/** Fields of older API servers, which their objects still carry (Kubernetes API, deprecation guide). */
const FORMER: Readonly<Record<string, readonly string[]>> = {
  V1ObjectMeta: ['clusterName', 'initializers'],
  V1ServiceSpec: ['ipFamily', 'topologyKeys'],
  V1PodSpec: ['workloadRef'],
}
/** Type of each field by name; null for a field whose value is not looked at. */
type Fields = ReadonlyMap<string, string | null>

const READ = new Map<string, Fields>()

function fieldsOf(type: string): Fields {
  const known = READ.get(type)
  if (known !== undefined) return known
  const own = (TYPE_FIELDS[type] ?? '').split(' ').map(word => {
    const [name = '', inner] = word.split(':')
    return [name, inner ?? null] as const
  })
  const fields: Fields = new Map([...own, ...(heldBy(FORMER, type) ?? []).map(name => [name, null] as const)])
  READ.set(type, fields)
  return fields
}

function pathText(path: ObjectPath): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  )
}

function unknownBelow(value: unknown, type: string, path: ObjectPath): readonly WrongField[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => unknownBelow(each, type, [...path, index]))
  if (!isObject(value)) return []
  const fields = fieldsOf(type)
  return Object.entries(value).flatMap(([name, inner]): readonly WrongField[] => {
    const own = [...path, name]
    const known = fields.get(name)
    if (known === undefined) {
      const [near] = nearestNames(name, [...fields.keys()], 1)
      const meant = near === undefined ? '' : ` (did you mean "${near}"?)`
      return [{path: own, message: `unknown field ${JSON.stringify(pathText(own))}${meant}`}]
    }
    return known === null ? [] : unknownBelow(inner, known, own)
  })
}

/** The fields that the object's kind does not have, as strict validation of the API server (`kubectl apply`) names them; none for kinds and versions that are not known here. */
export function unknownFields(object: KubeObject & {readonly apiVersion?: unknown}): readonly WrongField[] {
  const key = `${String(object.apiVersion)} ${object.kind}`
  const type = Object.hasOwn(KIND_TYPES, key) ? KIND_TYPES[key] : undefined
  return type === undefined ? [] : unknownBelow(object, type, [])
}
