import {definedFields} from '../model/collections/defined-fields.js'
import {UserError} from '../model/evidence/user-error.js'
import {kindWord} from '../model/kube/kinds.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import {matchesLabels, parseSelector, type Requirement} from '../model/kube/selector.js'
import type {Source} from '../sources/source.js'
import {type FieldRequirement, matchesFields, parseFieldSelector} from './field-selector.js'
import type {ResourcePath} from './resource-path.js'
import {groupVersion, type HeldKind, type Resource, servedResources} from './resources.js'
import {ApiFailure, badRequest, failureOfGap, notFoundFailure} from './status.js'

/** Every list and object carries one version: nothing here ever changes. */
export const RESOURCE_VERSION = '1000000'

/** The source's objects as an API server sees them. */
export interface Store {
  readonly resources: readonly Resource[]
  /** The resource a path names; undefined when none is served under that group and version. */
  resourceAt(path: ResourcePath): Resource | undefined
  /** The objects of a resource; missing data is a failure with the recorded gap. */
  list(resource: Resource, namespace: string | undefined): Promise<readonly KubeObject[]>
  get(resource: Resource, namespace: string | undefined, name: string): Promise<KubeObject>
}

/**
 * The objects of a source, queried like an API server. With `emptyLists` a list that was not captured is empty, for
 * programs that retry forever on a refused list; reading one object by name still reports why it is missing.
 */
export function objectStore(
  source: Source,
  held: readonly HeldKind[],
  emptyLists = false,
  defined: readonly Resource[] = [],
): Store {
  const resources = servedResources(held, defined)
  const byPath = new Map(
    resources.flatMap(each => each.versions.map(version => [`${each.group}/${version}/${each.resource}`, each])),
  )

  /** False if the source lists its kinds and this is not among them, which distinguishes "not captured" from empty. */
  const mayHold = (kind: string, group: string) =>
    held.length === 0 || held.some(each => each.kind === kind && groupVersion(each.apiVersion).group === group)

  async function ask(resource: Resource, namespace: string | undefined, name?: string): Promise<readonly KubeObject[]> {
    const {kind, group} = resource
    if (kind === 'Secret' && group === '') {
      throw new ApiFailure(403, 'Forbidden', 'secrets are never captured, so this server has none to show', {
        kind: 'secrets',
      })
    }
    const answer = await source.objects({
      kind: kindWord({kind, apiVersion: group === '' ? 'v1' : `${group}/${resource.versions[0] ?? ''}`}),
      ...definedFields({namespace: namespace === undefined || !resource.namespaced ? undefined : namespace}),
      name,
    })
    if (!answer.ok)
      throw failureOfGap(answer.gap, {
        kind: resource.resource,
        ...definedFields({group: group === '' ? undefined : group}),
      })
    // Kinds of one name exist in several groups (Gateway); the source is asked by kind alone.
    const found = answer.value.filter(object => groupVersion(object.apiVersion).group === group)
    if (found.length === 0 && !mayHold(kind, group)) {
      const what = `${kind} objects of ${group === '' ? 'the core group' : group}`
      throw failureOfGap(
        {what, reason: 'not-captured', detail: `${source.origin.label} does not hold them`},
        {kind: resource.resource},
      )
    }
    return found
  }

  return {
    resources,
    resourceAt: path => byPath.get(`${path.group}/${path.version}/${path.resource}`),
    async list(resource, namespace) {
      try {
        return await ask(resource, namespace)
      } catch (error) {
        if (emptyLists && error instanceof ApiFailure && (error.code === 403 || error.code === 404)) return []
        throw error
      }
    },
    async get(resource, namespace, name) {
      const found = (await ask(resource, namespace, name)).find(object => object.metadata.name === name)
      if (found === undefined) throw notFoundFailure(resource.resource, resource.group, name)
      return found
    },
  }
}

/** The kinds in a source; none for a source that cannot list them. */
export function heldKinds(source: Source): readonly HeldKind[] {
  return source.kinds?.() ?? []
}

/** The object under the version that was asked for; all versions of a kind are one set of objects. */
export function underVersion(object: KubeObject, apiVersion: string): KubeObject {
  return object.apiVersion === apiVersion ? object : {...object, apiVersion}
}

export interface Selection {
  readonly labels: readonly Requirement[]
  readonly fields: readonly FieldRequirement[]
}

/** The label and field selectors of a request; unreadable ones are a 400. */
export function selectionOf(query: URLSearchParams, kind: string): Selection {
  try {
    return {
      labels: parseSelector(query.get('labelSelector') ?? ''),
      fields: parseFieldSelector(query.get('fieldSelector') ?? '', kind),
    }
  } catch (error) {
    if (error instanceof UserError) throw badRequest(`unable to parse requirement: ${error.message}`)
    throw error
  }
}

/** True when the object is among those a request asked for. */
export function isSelected(object: KubeObject, {labels, fields}: Selection): boolean {
  return matchesLabels(labels, object.metadata.labels ?? {}) && matchesFields(fields, object)
}
