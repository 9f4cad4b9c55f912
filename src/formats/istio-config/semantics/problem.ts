/** What is wrong in an object, and where. */
export interface Problem {
  readonly path: string
  readonly message: string
  /** Set for a warning that is advice only. */
  readonly minor?: true
}

const LABEL = '[A-Za-z0-9](?:[-A-Za-z0-9]{0,61}[A-Za-z0-9])?'
const NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*\\.?$`)

/** True for a DNS name (RFC 1123). */
export function isDnsName(text: string): boolean {
  return text.length <= 255 && NAME.test(text)
}

/** True for a DNS name whose first label may be `*` or begin with it. */
export function isWildcardName(text: string): boolean {
  return text === '*' || isDnsName(text.replace(/^\*[.-]?/, ''))
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

/** The pairs of hosts of which one means all names of the other, by the position of the second. */
export function overlappingHosts(
  hosts: readonly string[],
): readonly {readonly first: string; readonly second: string; readonly index: number}[] {
  return hosts.flatMap((second, index) => {
    const first = hosts.slice(0, index).find(each => coversHost(each, second) || coversHost(second, each))
    return first === undefined ? [] : [{first, second, index}]
  })
}

/** True when every name a host means is also meant by `outer`; each may begin with `*`. */
export function coversHost(outer: string, inner: string): boolean {
  return outer === inner || (outer.startsWith('*') && inner.replace(/^\*/, '').endsWith(outer.slice(1)))
}
