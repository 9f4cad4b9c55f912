import type {ConfigObject} from '../../model/istio-config/config-object.js'
import {at, flagOf, isObject, type JsonObject, listOf, objectOf, textOf} from '../decode.js'
import {type KindSchema, schemaOf} from './schemas.js'

/** The schema of a kind as a CustomResourceDefinition of the cluster has it. */
export interface CrdSchema {
  readonly group: string
  readonly kind: string
  /** The versions the API server serves. */
  readonly versions: readonly string[]
  /** The structure of `spec` by version. */
  readonly specs: ReadonlyMap<string, JsonObject>
  /** The release it is from, where it says so: `Gateway API v1.4.0`. */
  readonly release?: string
}

/** The schemas of a cluster by `GROUP/KIND`. */
export type ServedSchemas = ReadonlyMap<string, CrdSchema>

/** The schemas in CustomResourceDefinitions. */
export function readServedSchemas(definitions: readonly ConfigObject[]): ServedSchemas {
  const read = definitions.flatMap(each => readCrdSchema(each) ?? [])
  return new Map(read.map(each => [`${each.group}/${each.kind}`, each]))
}

const BUNDLE_VERSION = 'gateway.networking.k8s.io/bundle-version'

/** The schema in a CustomResourceDefinition; undefined when it has none (apiextensions.k8s.io/v1). */
function readCrdSchema({raw, annotations}: ConfigObject): CrdSchema | undefined {
  const [group, kind] = [textOf(raw, 'spec', 'group'), textOf(raw, 'spec', 'names', 'kind')]
  if (group === undefined || kind === undefined) return undefined
  const served = listOf(raw, 'spec', 'versions').filter(each => flagOf(each, 'served') !== false)
  const specs = served.flatMap(each => {
    const spec = objectOf(each, 'schema', 'openAPIV3Schema', 'properties', 'spec')
    return spec === undefined ? [] : [[textOf(each, 'name') ?? '', spec] as const]
  })
  if (specs.length === 0) return undefined
  const bundle = annotations[BUNDLE_VERSION]
  return {
    group,
    kind,
    versions: served.map(each => textOf(each, 'name') ?? ''),
    specs: new Map(specs),
    ...(bundle === undefined ? {} : {release: `Gateway API ${bundle}`}),
  }
}

/** The schema of one version of a kind as the cluster has it; undefined for a version it does not serve. */
export function schemaOfVersion({versions, specs}: CrdSchema, version: string): KindSchema | undefined {
  const spec = specs.get(version)
  return spec === undefined ? undefined : {versions, spec}
}

const UNUSED = new Set(['description', 'format', 'x-kubernetes-list-type', 'x-kubernetes-list-map-keys'])

function sameSchema(one: unknown, other: unknown, names: boolean): boolean {
  if (Array.isArray(one)) {
    return (
      Array.isArray(other) && one.length === other.length && one.every((each, i) => sameSchema(each, other[i], false))
    )
  }
  if (!isObject(one) || !isObject(other)) return one === other
  const keysOf = (schema: JsonObject) => Object.keys(schema).filter(key => names || !UNUSED.has(key))
  const keys = keysOf(one)
  return (
    keys.length === keysOf(other).length &&
    keys.every(key => Object.hasOwn(other, key) && sameSchema(one[key], other[key], !names && key === 'properties'))
  )
}

/** True when a kind has another structure in the cluster than in the releases meshctl knows; descriptions do not count. */
export function differsFromKnown({group, kind, specs}: CrdSchema): boolean {
  const known = schemaOf(group, kind)
  if (known === undefined) return false
  const newest = specs.get('v1') ?? [...specs.values()].at(-1)
  return !sameSchema(newest, at(known, 'spec'), false)
}
