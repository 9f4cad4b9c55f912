import {changesBetween} from '../../analysis/config-diff/changes.js'
import {sortedForm} from '../../analysis/config-diff/normal-form.js'
import {boundedMap} from '../../model/bounded-map.js'
import type {ConfigChange} from '../../model/config-change.js'
import {KINDS} from '../../model/kinds.js'
import type {KubeObject} from '../../model/kube-object.js'
import {byText} from '../../model/order.js'
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
  /** Kinds both sources hold. */
  readonly kinds: readonly string[]
}

/** Kinds whose content decides what proxies are sent; what only tells a state (Pod, EndpointSlice, Event) is not among them. */
const CORE = new Set(['Service', 'Namespace', 'Deployment', 'StatefulSet', 'DaemonSet', 'NetworkPolicy'])
const COMPARED = KINDS.filter(({kind, apiVersion}) => CORE.has(kind) || /\.istio\.io\//.test(apiVersion))

/** Annotations that change by themselves: bookkeeping of kubectl and of the deployment controller. */
const BOOKKEEPING = /^(kubectl\.kubernetes\.io\/|deployment\.kubernetes\.io\/revision$)/

function content(object: KubeObject): unknown {
  const {apiVersion: _version, kind: _kind, metadata, status: _status, ...rest} = object
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([name]) => !BOOKKEEPING.test(name))
  return sortedForm({
    ...rest,
    ...(Object.keys(metadata.labels ?? {}).length === 0 ? {} : {labels: metadata.labels}),
    ...(annotations.length === 0 ? {} : {annotations: Object.fromEntries(annotations)}),
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

/** The objects that decide what proxies are sent, compared between two sources as far as both hold them. */
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
