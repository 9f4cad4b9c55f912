import type {Artifact, EvidenceId} from '../../src/model/evidence/evidence.js'
import type {KubeObject} from '../../src/model/kube/kube-object.js'
import type {Source} from '../../src/sources/source.js'

/** A name with the number of its copy; the first is the original. */
function copyName(name: string, copy: number): string {
  return copy === 0 ? name : `${name}-x${copy}`
}

/** A value with every text that is one of the names, or a host that begins with one, turned into that of a copy. */
function renamed(value: unknown, names: ReadonlySet<string>, copy: number): unknown {
  if (Array.isArray(value)) return value.map(item => renamed(item, names, copy))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renamed(item, names, copy)]))
  if (typeof value !== 'string') return value
  const first = value.split('.', 1)[0] ?? ''
  return names.has(first) ? copyName(first, copy) + value.slice(first.length) : value
}

/** The objects and as many copies of each in its namespace, under names and labels of their own. */
export function copiedObjects(
  objects: readonly KubeObject[],
  names: ReadonlySet<string>,
  copies: number,
): readonly KubeObject[] {
  return Array.from({length: copies}, (_, copy) =>
    copy === 0
      ? objects
      : objects.map(object => {
          const {metadata, ...rest} = renamed(object, names, copy) as KubeObject
          return {...rest, metadata: {...metadata, name: copyName(object.metadata.name, copy)}}
        }),
  ).flat()
}

/** A list with copies of its items, told apart by the given fields wherever they stand. */
function copiedItems(items: readonly unknown[], names: ReadonlySet<string>, copies: number): readonly unknown[] {
  return Array.from({length: copies}, (_, copy) =>
    copy === 0 ? items : items.map(item => suffixed(item, names, copy)),
  ).flat()
}

const NAME_FIELDS = new Set([
  'name',
  'cluster_name',
  'route_config_name',
  'cluster',
  'service_name',
  'proxy',
  'uid',
  'workloadName',
  'serial_number',
])

/** A resource with all its names turned into those of a copy. */
function suffixed(value: unknown, names: ReadonlySet<string>, copy: number): unknown {
  if (Array.isArray(value)) return value.map(item => suffixed(item, names, copy))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      typeof item === 'string' && NAME_FIELDS.has(key) && !item.startsWith('envoy.')
        ? copyName(item, copy)
        : suffixed(item, names, copy),
    ]),
  )
}

function copiedJson(text: string, names: ReadonlySet<string>, copies: number): string {
  const grow = (value: unknown): unknown => {
    if (Array.isArray(value)) return copiedItems(value, names, copies)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        Array.isArray(item) ? copiedItems(item, names, copies) : typeof item === 'object' ? grow(item) : item,
      ]),
    )
  }
  const document = JSON.parse(text)
  // A dump has one entry per type; what is in their lists is copied.
  if (Array.isArray(document?.configs)) return JSON.stringify({...document, configs: document.configs.map(grow)})
  return JSON.stringify(grow(document))
}

function copiedLines(text: string, copies: number): string {
  const whole = text.endsWith('\n') ? text : `${text}\n`
  return whole.repeat(copies)
}

/** Rules of iptables-save with their rules repeated in place, chains as they are. */
function copiedRules(text: string, copies: number): string {
  return text
    .split('\n')
    .flatMap(line => (/^(?:\[[\d:]+\] )?-A /.test(line) ? Array<string>(copies).fill(line) : [line]))
    .join('\n')
}

/** Sockets as `ss` prints them, each copy on ports of its own. */
function copiedSockets(text: string, copies: number): string {
  const lines = text.split('\n').filter(line => line !== '')
  return Array.from({length: copies}, (_, copy) =>
    lines.map(line =>
      copy === 0
        ? line
        : line.replace(/:(\d+)(\s)/, (_all, port, space) => `:${((Number(port) + copy * 37) % 64_000) + 1}${space}`),
    ),
  )
    .flat()
    .join('\n')
}

function copiedBytes(id: EvidenceId, bytes: Uint8Array, names: ReadonlySet<string>, copies: number): Uint8Array {
  const text = Buffer.from(bytes).toString('utf8')
  const make = () => {
    if (/^\s*[[{]/.test(text)) return copiedJson(text, names, copies)
    if (/tables/.test(id)) return copiedRules(text, copies)
    if (id === 'net.sockets') return copiedSockets(text, copies)
    return copiedLines(text, copies)
  }
  return Buffer.from(make())
}

/** A source with one part of it, an evidence or `objects of KIND`, as many times as large; what is not a part is the source's. */
export function scaledSource(source: Source, part: string, copies: number, names: ReadonlySet<string>): Source {
  const artifacts = new Map<string, Artifact>()
  const lists = new Map<string, readonly KubeObject[]>()
  return {
    ...source,
    async evidence(id, subject, query) {
      const original = {...subject, name: subject.name.replace(/-x\d+$/, '')}
      const answer = await source.evidence(id, original, query)
      if (!answer.ok || id !== part) return answer
      const key = `${id} ${original.name} ${original.namespace} ${JSON.stringify(query ?? {})}`
      const held = artifacts.get(key) ?? {...answer.value, bytes: copiedBytes(id, answer.value.bytes, names, copies)}
      artifacts.set(key, held)
      return {ok: true, value: held}
    },
    async objects(query) {
      const answer = await source.objects({
        ...query,
        ...(query.name === undefined ? {} : {name: query.name.replace(/-x\d+$/, '')}),
      })
      if (!answer.ok || part !== 'objects') return answer
      const key = JSON.stringify(query)
      const held = lists.get(key) ?? copiedObjects(answer.value, names, query.name === undefined ? copies : 1)
      lists.set(key, held)
      return {ok: true, value: held}
    },
  }
}
