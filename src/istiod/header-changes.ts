import {objectOf, textsOf} from '../formats/decode.js'
import {definedFields} from '../model/collections/defined-fields.js'
import type {Message} from './rbac/strings.js'

// Headers of a VirtualService: https://istio.io/latest/docs/reference/config/networking/virtual-service/#Headers

const AUTHORITY = [':authority', 'host']

function isAuthority(name: string): boolean {
  return AUTHORITY.includes(name.toLowerCase())
}

function options(headers: unknown, part: 'set' | 'add', action: string): readonly Message[] {
  return Object.entries(objectOf(headers, 'request', part) ?? {})
    .filter(([name, value]) => typeof value === 'string' && !isAuthority(name))
    .map(([key, value]) => ({header: {key, value: String(value)}, append_action: action}))
}

/** What the headers of a route or of one of its destinations change of the request, as a route of Envoy has it. */
export function headerChanges(headers: unknown): Message {
  const added = [
    ...options(headers, 'set', 'OVERWRITE_IF_EXISTS_OR_ADD'),
    ...options(headers, 'add', 'APPEND_IF_EXISTS_OR_ADD'),
  ]
  const removed = textsOf(headers, 'request', 'remove')
  return {
    ...definedFields({
      request_headers_to_add: added.length === 0 ? undefined : added,
      request_headers_to_remove: removed.length === 0 ? undefined : removed,
    }),
  }
}

/** The authority that headers set; undefined when they leave it. */
export function authoritySet(headers: unknown): string | undefined {
  const set = Object.entries(objectOf(headers, 'request', 'set') ?? {})
  const value = set.find(([name]) => isAuthority(name))?.[1]
  return typeof value === 'string' ? value : undefined
}
