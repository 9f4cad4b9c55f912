import {hostsOverlap} from '../../../model/istio-config/host-pattern.js'

/** What is wrong in an object, and where. */
export interface Problem {
  readonly path: string
  readonly message: string
  /** Set for a warning that is advice only. */
  readonly minor?: true
}

/** True for a DNS name (RFC 1123), whose last label is not a number, so no address either. */
export function isDnsName(text: string): boolean {
  const labels = text.split('.')
  const last = labels.at(-1) ?? ''
  const named = last === '' ? labels.slice(0, -1) : labels
  return text.length <= 255 && named.length > 0 && !/^\d+$/.test(last) && named.every(isDnsLabel)
}

/** True for a DNS name whose first label may be `*` or begin with it. */
export function isWildcardName(text: string): boolean {
  const dot = text.indexOf('.')
  const first = dot < 0 ? text : text.slice(0, dot)
  const own = first === '*' || (first.length <= 63 && isDnsLabel(first.replace(/^\*-?/, '')))
  return text.length <= 255 && own && (dot < 0 || dot === text.length - 1 || isDnsName(text.slice(dot + 1)))
}

/** True for a port number. */
export function isPort(number: number): boolean {
  return number >= 1 && number <= 65_535
}

const LABEL_KEY = /^(?:[A-Za-z0-9][-A-Za-z0-9.]*\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/
const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/

/** What is wrong with labels (kubernetes.io, Labels and Selectors: syntax). */
export function labelProblems(labels: Readonly<Record<string, unknown>> | undefined, path: string): readonly Problem[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...problemIf(!LABEL_KEY.test(key), path, `${JSON.stringify(key)} is not a label key`),
    ...problemIf(
      typeof value === 'string' && !LABEL_VALUE.test(value),
      path,
      `${JSON.stringify(value)} is not a label value`,
    ),
  ])
}

/** True for a name of at most 63 characters without dots (RFC 1123 label). */
export function isDnsLabel(text: string): boolean {
  return text.length <= 63 && /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/i.test(text)
}

/** The problem at that path, if the condition holds. */
export function problemIf(wrong: boolean, path: string, message: string): readonly Problem[] {
  return wrong ? [{path, message}] : []
}

/** The values that come a second time, with their positions. */
export function repeated(values: readonly string[]): readonly {readonly value: string; readonly index: number}[] {
  const seen = new Set<string>()
  return values.flatMap((value, index) => {
    if (seen.has(value)) return [{value, index}]
    seen.add(value)
    return []
  })
}

/** The pairs of different hosts, and of repeated ones, of which one means all names of the other, by the position of the second. */
export function overlappingHosts(
  hosts: readonly string[],
): readonly {readonly first: string; readonly second: string; readonly index: number}[] {
  const seen = new Map<string, number>()
  const wildcards = new Set<string>()
  return hosts.flatMap((second, index) => {
    const isWildcard = second.startsWith('*')
    const near = isWildcard ? [...seen.keys()] : [...wildcards, second].filter(host => seen.has(host))
    const found = near.filter(first => hostsOverlap(first, second))
    if (!seen.has(second)) seen.set(second, index)
    if (isWildcard) wildcards.add(second)
    return found.sort((a, b) => (seen.get(a) ?? 0) - (seen.get(b) ?? 0)).map(first => ({first, second, index}))
  })
}
