import type {ConfigChange} from '../../model/envoy/config-change.js'
import {alignJson} from './align.js'
import {sameScalar} from './same.js'

type Fields = Readonly<Record<string, unknown>>

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The identity of a list item: its name, else its match, else its type. */
function identity(item: unknown): string | undefined {
  if (!isFields(item)) return undefined
  if (typeof item.name === 'string' && item.name !== '') return `name ${item.name}`
  const match = item.match ?? item.filterChainMatch
  if (match !== undefined) return `match ${JSON.stringify(match)}`
  return typeof item['@type'] === 'string' ? `type ${item['@type']}` : undefined
}

function lists(a: readonly unknown[], b: readonly unknown[], path: readonly string[]): readonly ConfigChange[] {
  const textsA = a.map(item => JSON.stringify(item))
  const textsB = b.map(item => JSON.stringify(item))
  if (a.length === b.length && [...textsA].sort().join('\n') === [...textsB].sort().join('\n')) {
    const moved = textsA.some((text, index) => text !== textsB[index])
    return moved ? [{op: 'order', path, before: a, after: b}] : []
  }
  const changes: ConfigChange[] = []
  let position = 0
  const steps = alignJson(
    textsA,
    textsB,
    index => identity(a[index]),
    index => identity(b[index]),
  )
  for (const step of steps) {
    const here = [...path, String(position)]
    if (step.step === 'remove') {
      changes.push({op: 'remove', path: here, before: a[step.before]})
      continue
    }
    position++
    if (step.step === 'add') changes.push({op: 'add', path: here, after: b[step.after]})
    if (step.step === 'change') changes.push(...changesBetween(a[step.before], b[step.after], here))
  }
  return changes
}

function objects(a: Fields, b: Fields, path: readonly string[]): readonly ConfigChange[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()
  return names.flatMap((name): readonly ConfigChange[] => {
    const here = [...path, name]
    if (!Object.hasOwn(b, name)) return [{op: 'remove', path: here, before: a[name]}]
    if (!Object.hasOwn(a, name)) return [{op: 'add', path: here, after: b[name]}]
    return changesBetween(a[name], b[name], here)
  })
}

/**
 * The changes from one normal form to another; applied in order they are a JSON Patch (RFC 6902).
 * Items of ordered lists are matched by equality and identity, so an inserted route is one addition, not a shift of all others.
 */
export function changesBetween(a: unknown, b: unknown, path: readonly string[] = []): readonly ConfigChange[] {
  if (isFields(a) && isFields(b)) return objects(a, b, path)
  if (Array.isArray(a) && Array.isArray(b)) return lists(a, b, path)
  return sameScalar(a, b) ? [] : [{op: 'replace', path, before: a, after: b}]
}
