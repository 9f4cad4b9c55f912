import {field, isObject, listOf, numberOf, objectOf, textOf, textsOf} from '../formats/decode.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import {isExportedTo} from './registry.js'
import type {IstioState} from './state.js'

// Delegates of a VirtualService: https://istio.io/latest/docs/reference/config/networking/virtual-service/#Delegate

type Fields = Readonly<Record<string, unknown>>

/** Whether the texts a match of the root takes leave out what the delegate asks for. */
function textConflicts(root: unknown, leaf: unknown): boolean {
  if (root === undefined || leaf === undefined) return false
  if (textOf(root, 'regex') !== undefined || textOf(leaf, 'regex') !== undefined) return true
  const [exact, prefix] = [textOf(root, 'exact'), textOf(root, 'prefix')]
  const [leafExact, leafPrefix] = [textOf(leaf, 'exact'), textOf(leaf, 'prefix')]
  if (exact !== undefined) return leafPrefix !== undefined || leafExact !== exact
  return prefix === undefined || !(leafPrefix ?? leafExact ?? '').startsWith(prefix)
}

const TEXTS = ['uri', 'scheme', 'method', 'authority'] as const
const MAPS = ['headers', 'withoutHeaders', 'queryParams'] as const

function matchesConflict(root: unknown, leaf: unknown): boolean {
  if (TEXTS.some(name => textConflicts(field(root, name), field(leaf, name)))) return true
  const maps = MAPS.some(name =>
    Object.entries(objectOf(root, name) ?? {}).some(([key, value]) =>
      textConflicts(value, objectOf(leaf, name)?.[key]),
    ),
  )
  if (maps) return true
  const [port, leafPort] = [numberOf(root, 'port'), numberOf(leaf, 'port')]
  if (port !== undefined && leafPort !== undefined && port !== leafPort) return true
  const [home, leafHome] = [textOf(root, 'sourceNamespace'), textOf(leaf, 'sourceNamespace')]
  if (home !== undefined && leafHome !== undefined && home !== leafHome) return true
  const gateways = textsOf(root, 'gateways')
  if (gateways.length > 0 && textsOf(leaf, 'gateways').some(each => !gateways.includes(each))) return true
  const labels = objectOf(leaf, 'sourceLabels') ?? {}
  return Object.entries(objectOf(root, 'sourceLabels') ?? {}).some(
    ([key, value]) => Object.hasOwn(labels, key) && labels[key] !== value,
  )
}

function mergedMatch(root: Fields, leaf: Fields): Fields {
  const maps = [...MAPS, 'sourceLabels'].flatMap(name => {
    const both = {...objectOf(root, name), ...objectOf(leaf, name)}
    return Object.keys(both).length === 0 ? [] : [[name, both] as const]
  })
  return {...root, ...leaf, ...Object.fromEntries(maps)}
}

/** The matches of a delegated route within those of the root; undefined when none is left. */
function mergedMatches(root: readonly unknown[], leaf: readonly unknown[]): readonly unknown[] | undefined {
  if (root.length === 0) return leaf
  if (leaf.length === 0) return root
  const merged = root.flatMap(one =>
    leaf.flatMap(other =>
      isObject(one) && isObject(other) && !matchesConflict(one, other) ? [mergedMatch(one, other)] : [],
    ),
  )
  return merged.length === 0 ? undefined : merged
}

/** What a delegated route takes from the root where it does not say it itself. */
const INHERITED = [
  'rewrite',
  'timeout',
  'retries',
  'fault',
  'mirror',
  'mirrorPercentage',
  'mirrors',
  'corsPolicy',
  'headers',
  'directResponse',
]

function delegated(root: unknown, leaf: unknown): readonly unknown[] {
  const match = mergedMatches(listOf(root, 'match'), listOf(leaf, 'match'))
  if (match === undefined || !isObject(leaf)) return []
  const taken = INHERITED.flatMap(name => {
    const value = field(leaf, name) ?? field(root, name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return [{...leaf, ...Object.fromEntries(taken), match}]
}

/** The HTTP routes of a VirtualService, those it delegates among them in place; one whose delegate is missing is left out. */
export function httpRoutes(state: IstioState, object: KubeObject): readonly unknown[] {
  return listOf(object, 'spec', 'http').flatMap(route => {
    const name = textOf(route, 'delegate', 'name')
    if (name === undefined) return [route]
    const own = object.metadata.namespace ?? 'default'
    const home = textOf(route, 'delegate', 'namespace') ?? own
    const other = state
      .objects('VirtualService')
      .find(
        each =>
          each.metadata.name === name &&
          (each.metadata.namespace ?? 'default') === home &&
          isExportedTo(textsOf(each, 'spec', 'exportTo'), home, own),
      )
    return other === undefined ? [] : listOf(other, 'spec', 'http').flatMap(leaf => delegated(route, leaf))
  })
}
