import {changesBetween} from '../../analysis/config-diff/changes.js'
import {sortedForm} from '../../analysis/config-diff/normal-form.js'
import {boundedMap} from '../../model/collections/bounded-map.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {ConfigChange} from '../../model/envoy/config-change.js'
import {KINDS} from '../../model/kube/kinds.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {byText} from '../../model/text/order.js'
import type {Source} from '../../sources/source.js'

/** A Kubernetes object that differs between two sources. */
export interface ObjectDifference {
  /** `Kind name.namespace`. */
  readonly object: string
  readonly kind: 'added' | 'removed' | 'changed'
  readonly after?: unknown
  readonly changes: readonly ConfigChange[]
}

export interface ObjectComparison {
  readonly differences: readonly ObjectDifference[]
  /** Kinds present in both sources. */
  readonly kinds: readonly string[]
}

/** Kinds that determine proxy config; kinds that only carry state (Pod, EndpointSlice, Event) are not compared. */
const CORE = new Set(['Service', 'Namespace', 'Deployment', 'StatefulSet', 'DaemonSet', 'NetworkPolicy'])
const COMPARED = KINDS.filter(({kind, apiVersion}) => CORE.has(kind) || /\.istio\.io\//.test(apiVersion))

/** Annotations that change without a user's edit: written by kubectl and the deployment controller. */
const TOOL_ANNOTATIONS = /^(kubectl\.kubernetes\.io\/|deployment\.kubernetes\.io\/revision$)/

function content(object: KubeObject): unknown {
  const {apiVersion: _version, kind: _kind, metadata, status: _status, ...rest} = object
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([name]) => !TOOL_ANNOTATIONS.test(name))
  return sortedForm({
    ...rest,
    ...definedFields({
      labels: Object.keys(metadata.labels ?? {}).length === 0 ? undefined : metadata.labels,
      annotations: annotations.length === 0 ? undefined : Object.fromEntries(annotations),
    }),
  })
}

function byLabel(objects: readonly KubeObject[]): ReadonlyMap<string, unknown> {
  return new Map(
    objects.map(({kind, metadata, ...rest}) => {
      const place = metadata.namespace === undefined ? '' : `.${metadata.namespace}`
      return [`${kind} ${metadata.name}${place}`, content({kind, metadata, ...rest})] as const
    }),
  )
}

function between(
  first: ReadonlyMap<string, unknown>,
  second: ReadonlyMap<string, unknown>,
): readonly ObjectDifference[] {
  const names = [...new Set([...first.keys(), ...second.keys()])]
  return names.flatMap((object): readonly ObjectDifference[] => {
    if (!second.has(object)) return [{object, kind: 'removed', changes: []}]
    const after = second.get(object)
    if (!first.has(object)) return [{object, kind: 'added', after, changes: []}]
    const changes = changesBetween(first.get(object), after)
    return changes.length === 0 ? [] : [{object, kind: 'changed', after, changes}]
  })
}

/** Compares the objects that determine proxy config between two sources, for the kinds present in both. */
export async function compareObjects(a: Source, b: Source): Promise<ObjectComparison> {
  const found = await boundedMap(COMPARED, 4, async ({kind}) => {
    const [first, second] = await Promise.all([a.objects({kind}), b.objects({kind})])
    if (!first.ok || !second.ok) return undefined
    return {kind, differences: between(byLabel(first.value), byLabel(second.value))}
  })
  const both = found.filter(each => each !== undefined)
  return {
    kinds: both.map(each => each.kind),
    differences: both.flatMap(each => each.differences).sort((x, y) => byText(x.object, y.object)),
  }
}
