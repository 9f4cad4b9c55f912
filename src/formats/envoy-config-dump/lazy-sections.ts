import {isUtf8} from 'node:buffer'
import {once} from '../../model/collections/once.js'
import {own} from '../../model/collections/own.js'
import {UnreadablePart} from '../../model/evidence/unreadable-part.js'
import {sectionSlices} from './slices.js'

// A large dump is mostly clusters, endpoints and routes that no request reaches: each is parsed when one does.

/** Sections whose entries are many or large, and stand for themselves. */
const LAZY = /^type\.googleapis\.com\/envoy\.admin\.v\d\w*\.(?:Clusters|Endpoints|Routes)ConfigDump$/

/** The fields of an entry that hold a resource, and the field of that with its name. */
const RESOURCES: Readonly<Record<string, string>> = {
  cluster: 'name',
  endpoint_config: 'cluster_name',
  route_config: 'name',
}

/** The name of the resource in an entry, known without parsing it. */
const NAMES = new WeakMap<object, string>()

/** The name of the resource in an entry that has not been parsed; undefined for any other entry. */
export function unparsedName(entry: unknown): string | undefined {
  return typeof entry === 'object' && entry !== null ? NAMES.get(entry) : undefined
}

class OtherLayout extends Error {}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UnreadablePart('a part of the config_dump is damaged')
  }
}

interface Member {
  readonly key: string
  readonly start: number
  readonly end: number
}

/** The members of an object as Envoy prints it, each on lines of its own at this indentation. */
function membersOf(bytes: Buffer, indent: string): readonly Member[] {
  const line = `\n${indent}"`
  const found: Member[] = []
  let at = bytes.indexOf(line)
  while (at >= 0) {
    const colon = bytes.indexOf('": ', at + line.length)
    const next = bytes.indexOf(line, at + line.length)
    const end = next < 0 ? bytes.length : next
    if (colon < 0 || colon > end) throw new OtherLayout()
    const key = bytes.toString('utf8', at + line.length, colon)
    if (key.includes('\\') || key === '__proto__') throw new OtherLayout()
    found.push({key, start: colon + 3, end})
    at = next
  }
  return found
}

function valueText(bytes: Buffer, {start, end}: Member): string {
  return bytes.toString('utf8', start, end).trimEnd().replace(/,$/, '')
}

/** The resource's own name, on a line of its own right inside it. */
function nameIn(bytes: Buffer, member: Member, indent: string): string | undefined {
  const field = own(RESOURCES, member.key)
  if (field === undefined) return undefined
  const line = `\n${indent}"${field}": "`
  const resource = bytes.subarray(member.start, member.end)
  const at = resource.indexOf(line)
  if (at < 0) return undefined
  const name = resource.toString('utf8', at + line.length, resource.indexOf('\n', at + 1)).replace(/",?$/, '')
  return /["\\]/.test(name) ? undefined : name
}

function lazyMember(entry: object, bytes: Buffer, member: Member): void {
  Object.defineProperty(entry, member.key, {
    enumerable: true,
    configurable: true,
    get: once(() => parse(valueText(bytes, member))),
  })
}

function entryOf(bytes: Buffer, indent: string): object {
  const entry: Record<string, unknown> = {}
  for (const member of membersOf(bytes, indent)) {
    const isObject = bytes[member.start] === 0x7b && bytes[member.start + 1] === 0x0a
    if (!isObject) entry[member.key] = parse(valueText(bytes, member))
    else {
      lazyMember(entry, bytes, member)
      const name = nameIn(bytes, member, `${indent} `)
      if (name !== undefined) NAMES.set(entry, name)
    }
  }
  return entry
}

/** The entries of a list of objects at this indentation. */
function entriesOf(bytes: Buffer, indent: string): readonly object[] {
  const close = `\n${indent}}`
  const entries: object[] = []
  let at = 1
  for (;;) {
    const open = bytes.indexOf('{', at)
    const last = bytes.indexOf(close, at)
    if (open < 0 || open > last) throw new OtherLayout()
    if (bytes.toString('latin1', at, open).replace(',', '').trim() !== '') throw new OtherLayout()
    entries.push(entryOf(bytes.subarray(open, last), `${indent} `))
    at = last + close.length
    if (bytes[at] !== 0x2c) return entries
    at += 1
  }
}

function sectionOf(bytes: Buffer, indent: string): object {
  const section: Record<string, unknown> = {}
  for (const member of membersOf(bytes, indent)) {
    const isList = bytes[member.start] === 0x5b && bytes[member.start + 1] === 0x0a
    section[member.key] = isList
      ? entriesOf(bytes.subarray(member.start, member.end), `${indent} `)
      : parse(valueText(bytes, member))
  }
  return section
}

/**
 * A config_dump as Envoy prints it, as an object that parses a cluster, an endpoint or a route configuration when it is
 * first looked at; undefined for any other layout. What is damaged throws `UnreadablePart` when it is looked at.
 */
export function lazyDump(content: Uint8Array): {readonly configs: readonly unknown[]} | undefined {
  const slices = isUtf8(content) ? sectionSlices(content) : undefined
  if (slices === undefined) return undefined
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length)
  const indent = /\n( +)"@type"/.exec(bytes.toString('latin1', 0, 512))?.[1]
  // Envoy indents by one blank.
  if (indent !== '   ') return undefined
  try {
    return {
      configs: slices.map(({type, start, end}) =>
        LAZY.test(type)
          ? sectionOf(bytes.subarray(start, end - indent.length), indent)
          : parse(bytes.toString('utf8', start, end)),
      ),
    }
  } catch (error) {
    if (error instanceof OtherLayout || error instanceof UnreadablePart) return undefined
    throw error
  }
}
