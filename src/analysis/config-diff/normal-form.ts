import {DEFAULTS, EMPTY_MEANS_NOTHING, FREE_FORM, KEYED_LISTS, SET_LISTS} from './list-order.js'
import {otherSpelling} from './same.js'

/** Text replacements, longest first, such as a pod's address with `<pod address>`. */
export type Masks = readonly (readonly [string, string])[]

const INSIDE_WORD = /[0-9A-Za-z]/

/** The text with every mask applied to whole words: `10.0.0.1` is not part of `10.0.0.12`. */
export function masked(text: string, masks: Masks): string {
  let result = text
  for (const [own, placeholder] of masks) {
    let at = result.indexOf(own)
    while (at >= 0) {
      const end = at + own.length
      const alone = !INSIDE_WORD.test(result[at - 1] ?? '') && !INSIDE_WORD.test(result[end] ?? '')
      if (alone) result = result.slice(0, at) + placeholder + result.slice(end)
      at = result.indexOf(own, alone ? at + placeholder.length : end)
    }
  }
  return result
}

/** The lowerCamelCase name, as proto JSON writes fields; the reverse is ambiguous (`consecutive5xx`, `consecutive_5xx`). */
function camel(name: string): string {
  return name.includes('_') ? (otherSpelling(name) ?? name) : name
}

function keyed(items: readonly unknown[], key: (item: unknown) => string | undefined): unknown {
  const byKey = new Map<string, unknown>()
  for (const item of items) {
    const found = key(item)
    if (found === undefined || byKey.has(found)) return items
    byKey.set(found, item)
  }
  return Object.fromEntries([...byKey].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function list(name: string, items: readonly unknown[], masks: Masks): unknown {
  const normal = items.map(item => value(item, name, false, masks))
  const key = KEYED_LISTS[name]
  if (key !== undefined) return keyed(normal, key)
  if (!SET_LISTS.has(name)) return normal
  return [...normal].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

function isNothing(name: string, field: unknown): boolean {
  if (DEFAULTS[name]?.includes(field) === true) return true
  return EMPTY_MEANS_NOTHING.has(name) && typeof field === 'object' && Object.keys(field ?? {}).length === 0
}

function object(source: Readonly<Record<string, unknown>>, owner: string, free: boolean, masks: Masks): unknown {
  const typed = String(source['@type'] ?? '').endsWith('TypedStruct')
  const entries: [string, unknown][] = []
  for (const [given, field] of Object.entries(source)) {
    const name = free ? given : camel(given)
    const data = free || FREE_FORM.has(name) || (typed && name === 'value')
    const socketMatch = owner === 'transportSocketMatches' && name === 'match'
    const normal = value(field, name, data || socketMatch, masks)
    if (normal !== undefined && normal !== null && !isNothing(name, normal)) entries.push([masked(name, masks), normal])
  }
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function value(source: unknown, name: string, free: boolean, masks: Masks): unknown {
  if (typeof source === 'string') return masks.length === 0 ? source : masked(source, masks)
  if (typeof source !== 'object' || source === null) return source
  if (Array.isArray(source))
    return free ? source.map(item => value(item, name, true, masks)) : list(name, source, masks)
  return object(source as Readonly<Record<string, unknown>>, name, free, masks)
}

/**
 * A resource in the normal form that is compared and patched: lowerCamelCase fields in sorted order, keyed lists as objects,
 * sets sorted, defaults left out, the pod's own names and addresses masked. Equal configurations have equal normal forms.
 */
export function normalForm(resource: unknown, masks: Masks = []): unknown {
  return value(resource, '', false, masks)
}

/** The same JSON with sorted fields and nothing else changed: for objects whose lists are all ordered. */
export function sortedForm(json: unknown): unknown {
  return value(json, '', true, [])
}
