import {UserError} from '../model/evidence/user-error.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import {editDistance} from '../model/text/nearest.js'
import {byText} from '../model/text/order.js'
import type {Source} from './source.js'

interface Wanted {
  readonly kind: string
  /** The plural name of the kind in errors, as in kubectl: `pods`, `deployments`. */
  readonly resource: string
  readonly name: string
  readonly namespace: string
  /** The prefix of a name on the command line: `deploy/`, or nothing. */
  readonly prefix?: string
}

const SHOWN = 3
/** Number of names listed if no name is similar. */
const LISTED = 6

/** The name and its prefixes up to each dash: users type `web` for `web-v1-5bf8bfd67d-9z2sf`. */
function prefixes(name: string): readonly string[] {
  const words = name.split('-')
  return words.map((_, index) => words.slice(0, index + 1).join('-'))
}

/** The edit distance of a typed name: 0 if it is a prefix of an existing name, else edits to the nearest prefix. */
function editDistanceTo(typed: string, existing: string): number {
  if (existing.startsWith(typed)) return 0
  return Math.min(...prefixes(existing).map(each => editDistance(typed, each)))
}

function nearest(typed: string, objects: readonly KubeObject[]): readonly KubeObject[] {
  const most = Math.max(1, Math.floor(typed.length / 3))
  return objects
    .map(object => ({object, far: editDistanceTo(typed, object.metadata.name)}))
    .filter(({far}) => far <= most)
    .sort((a, b) => a.far - b.far || byText(a.object.metadata.name, b.object.metadata.name))
    .slice(0, SHOWN)
    .map(({object}) => object)
}

function namespaceOf(object: KubeObject): string {
  return object.metadata.namespace ?? 'default'
}

function listedNames(names: readonly string[]): string {
  const more = names.length > LISTED ? `, and ${names.length - LISTED} more` : ''
  return `${names.slice(0, LISTED).join(', ')}${more}`
}

/** What exists instead, if no name is similar to the typed one. */
function whatIsThere(all: readonly KubeObject[], {resource, namespace}: Wanted): string {
  if (all.length === 0) return `It has no ${resource}.`
  const here = all.filter(object => namespaceOf(object) === namespace).map(({metadata}) => metadata.name)
  if (here.length > 0)
    return `${resource.charAt(0).toUpperCase()}${resource.slice(1)} in ${namespace}: ${listedNames([...here].sort(byText))}.`
  const namespaces = [...new Set(all.map(namespaceOf))].sort(byText)
  return `That namespace has no ${resource}; namespaces that do: ${listedNames(namespaces)}.`
}

/** The error for a name that does not exist: what was searched and where, similar names or what exists instead. */
export async function notFoundError(source: Source, wanted: Wanted): Promise<UserError> {
  const {kind, resource, name, namespace, prefix = ''} = wanted
  const listed = async (query: {readonly namespace?: string; readonly name?: string}) => {
    const answer = await source.objects({kind, ...query})
    return answer.ok ? answer.value : undefined
  }
  const label = (object: KubeObject) => `${prefix}${object.metadata.name}.${namespaceOf(object)}`
  const sameName = ((await listed({name})) ?? []).filter(object => object.metadata.name === name)
  const [elsewhere] = sameName
  const here = elsewhere === undefined ? await listed({namespace}) : []
  const nearHere = nearest(name, here ?? [])
  // Listing every pod of a cluster is expensive: done only if the namespace has none.
  const all = elsewhere === undefined && nearHere.length === 0 ? await listed({}) : here
  const near = nearHere.length > 0 ? nearHere : elsewhere === undefined ? nearest(name, all ?? []) : []
  const hint = () => {
    if (elsewhere !== undefined) {
      const namespaces = [...new Set(sameName.map(namespaceOf))].sort(byText)
      return `It exists in namespace${namespaces.length === 1 ? '' : 's'} ${listedNames(namespaces)}.`
    }
    if (near.length > 0) return `Did you mean ${near.map(label).join(', ')}?`
    return all === undefined ? undefined : whatIsThere(all, wanted)
  }
  const first = elsewhere ?? near[0]
  const only = sameName.length > 1 ? undefined : first
  return new UserError(`${resource} "${name}" not found in the "${namespace}" namespace of ${source.origin.label}`, {
    hint: hint(),
    correction: only === undefined ? undefined : {typed: name, instead: label(only)},
    next:
      first === undefined
        ? undefined
        : `use ${sameName.length > 1 ? 'one of ' : ''}${(sameName.length > 1 ? sameName.slice(0, SHOWN) : [first]).map(label).join(', ')}`,
  })
}
