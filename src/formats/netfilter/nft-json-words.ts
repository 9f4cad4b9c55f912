type Json = Readonly<Record<string, unknown>>

/** An object of the JSON of nft; empty for anything else. */
export function record(value: unknown): Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Json) : {}
}

/** The only key of a statement or expression object, with its value. */
export function entry(value: unknown): readonly [string, unknown] {
  return Object.entries(record(value))[0] ?? ['', undefined]
}

/** Texts and numbers as words. */
export function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** Expressions nested deeper are not read. */
const DEEPEST = 6

function joined(values: readonly unknown[], separator: string, depth: number): string | undefined {
  const words = values.map(value => expressionWords(value, depth + 1))
  return words.length > 0 && words.every(word => word !== undefined) ? words.join(separator) : undefined
}

function drawnWords(kind: string, body: Json, depth: number): string | undefined {
  const what = kind === 'numgen' ? text(body.mode) : expressionWords(body.expr, depth + 1)
  const offset = text(body.offset)
  if (what === undefined) return undefined
  return `${kind} ${what} mod ${text(body.mod)}${offset === '' || offset === '0' ? '' : ` offset ${offset}`}`
}

/** An expression of the JSON of nft in the words of its text (libnftables-json(5), EXPRESSIONS); undefined for one that is not known. */
function expressionWords(value: unknown, depth = 0): string | undefined {
  if (depth > DEEPEST) return undefined
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  if (Array.isArray(value)) return joined(value, ',', depth)
  const [kind, inner] = entry(value)
  const body = record(inner)
  switch (kind) {
    case 'meta':
    case 'ct':
      return body.dir === undefined ? `${kind} ${text(body.key)}` : undefined
    case 'payload':
      return body.protocol === undefined ? undefined : `${text(body.protocol)} ${text(body.field)}`
    case 'prefix':
      return `${text(body.addr)}/${text(body.len)}`
    case 'concat':
      return Array.isArray(inner) ? joined(inner, ' . ', depth) : undefined
    case 'range':
      return Array.isArray(inner) ? joined(inner, '-', depth) : undefined
    case '|':
      return Array.isArray(inner) ? joined(inner, ' | ', depth) : undefined
    case '&': {
      const [left, mask] = Array.isArray(inner) ? inner.map(each => expressionWords(each, depth + 1)) : []
      return left === undefined || mask === undefined ? undefined : `${left} & (${mask.replaceAll(',', ' | ')})`
    }
    case 'set':
      return Array.isArray(inner) ? setWords(inner, depth) : undefined
    case 'numgen':
    case 'jhash':
    case 'symhash':
      return drawnWords(kind, body, depth)
    default:
      return undefined
  }
}

/** A verdict in the words of nft: `accept`, `goto NAME`. */
function verdictWords(value: unknown): string | undefined {
  const [kind, body] = entry(value)
  if (kind === 'jump' || kind === 'goto') return `${kind} ${text(record(body).target)}`
  return /^(?:accept|drop|return|continue)$/.test(kind) ? kind : undefined
}

/** An element of a set or map without its comment, timeout and counter, as its text has it. */
export function elementWords(value: unknown, depth = 0): string | undefined {
  const bare = (each: unknown) => {
    const {elem} = record(each)
    return expressionWords(elem === undefined ? each : record(elem).val, depth)
  }
  if (!Array.isArray(value)) return bare(value)
  const key = bare(value[0])
  const data = verdictWords(value[1]) ?? expressionWords(value[1], depth)
  return value.length !== 2 || key === undefined || data === undefined ? undefined : `${key} : ${data}`
}

function setWords(values: readonly unknown[], depth: number): string | undefined {
  const words = values.map(value => elementWords(value, depth + 1))
  return words.length > 0 && words.every(word => word !== undefined) ? `{ ${words.join(', ')} }` : undefined
}

function lookupWords(value: unknown, word: 'map' | 'vmap'): string | undefined {
  const body = record(value)
  const [key, data] = [expressionWords(body.key), expressionWords(body.data)]
  return key === undefined || data === undefined ? undefined : `${key} ${word} ${data}`
}

/** Comparisons, maps of verdicts and translations by maps as nft prints them; undefined for other statements (libnftables-json(5), STATEMENTS). */
export function statementWords(item: unknown): readonly string[] | undefined {
  const [kind, value] = entry(item)
  const body = record(value)
  const words = (found: string | undefined) => found?.split(' ')
  switch (kind) {
    case 'match': {
      const [left, right] = [expressionWords(body.left), expressionWords(body.right)]
      const plain = body.op === 'in' || (body.op === '==' && /^[{@]/.test(right ?? ''))
      const operator = plain ? '' : ` ${text(body.op)}`
      return left === undefined || right === undefined ? undefined : words(`${left}${operator} ${right}`)
    }
    case 'vmap':
      return words(lookupWords(value, 'vmap'))
    case 'dnat':
    case 'snat':
    case 'redirect': {
      const map = lookupWords(record(kind === 'redirect' ? body.port : body.addr).map, 'map')
      const family = text(body.family)
      return words(
        map === undefined
          ? undefined
          : `${kind}${family === '' ? '' : ` ${family}`} to ${kind === 'redirect' ? ':' : ''}${map}`,
      )
    }
    default:
      return undefined
  }
}
