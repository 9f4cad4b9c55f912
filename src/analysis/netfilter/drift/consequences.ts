import type {Direction, Fate, Interception} from '../interception/interception.js'

function reaches(fate: Fate): string {
  if (fate.verdict === 'captured') return `goes to the proxy (port ${fate.port})`
  if (fate.verdict === 'dropped' || fate.verdict === 'refused') return `is ${fate.verdict}`
  return fate.verdict === 'insufficient' ? 'cannot be told' : 'bypasses the proxy'
}

function changed(before: Fate, after: Fate): boolean {
  return before.verdict !== after.verdict || (after.verdict === 'captured' && before.port !== after.port)
}

const LOST = {
  inbound: 'mTLS, AuthorizationPolicy and telemetry do not apply',
  outbound: 'no routing rules, no mTLS, no telemetry',
} as const

function effect(direction: 'inbound' | 'outbound', before: Fate, after: Fate): string {
  if (before.verdict === 'captured' && (after.verdict === 'direct' || after.verdict === 'escapes'))
    return `bypasses the sidecar: ${LOST[direction]}`
  if (before.verdict !== 'captured' && after.verdict === 'captured')
    return `${reaches(after)} where it should be left alone`
  return reaches(after)
}

function exceptionOf(direction: Direction, kind: string, value: string): Fate {
  return direction.exceptions.find(each => each.kind === kind && each.value === value) ?? direction.usual
}

const PHRASES: Readonly<Record<string, (value: string) => string>> = {
  port: value => ` to port ${value}`,
  range: value => ` to ${value}`,
  sender: value => ` from ${value}`,
  uid: value => ` of user ${value}`,
  gid: value => ` of group ${value}`,
  interface: value => ` on ${value}`,
}

function directionChanges(name: 'inbound' | 'outbound', before: Direction, after: Direction): readonly string[] {
  const found: string[] = []
  const all = changed(before.usual, after.usual)
  if (all) found.push(`${name} TCP ${effect(name, before.usual, after.usual)}`)
  const keys = new Map([...before.exceptions, ...after.exceptions].map(each => [`${each.kind} ${each.value}`, each]))
  for (const {kind, value} of keys.values()) {
    const was = exceptionOf(before, kind, value)
    const is = exceptionOf(after, kind, value)
    const sameAsAll = all && !changed(was, before.usual) && !changed(is, after.usual)
    if (!changed(was, is) || sameAsAll) continue
    const proxy =
      (kind === 'uid' || kind === 'gid') &&
      is.verdict === 'captured' &&
      was.verdict !== 'captured' &&
      name === 'outbound'
    found.push(
      proxy
        ? `the sidecar's own traffic (${kind} ${value}) is captured: every outbound connection loops`
        : `${name} traffic${PHRASES[kind]?.(value) ?? ''} ${effect(name, was, is)}`,
    )
  }
  return found
}

/** What no longer reaches its destination of what the sidecar itself sends. */
function proxyChanges(before: Direction, after: Direction): readonly string[] {
  const lost = (fate: Fate) =>
    fate.verdict === 'dropped' || fate.verdict === 'refused' || fate.verdict === 'insufficient'
  const keys = new Map([...before.exceptions, ...after.exceptions].map(each => [`${each.kind} ${each.value}`, each]))
  const all =
    changed(before.usual, after.usual) && lost(after.usual)
      ? [`everything the sidecar sends ${reaches(after.usual)}`]
      : []
  const some = [...keys.values()].flatMap(({kind, value}) => {
    const is = exceptionOf(after, kind, value)
    const told = all.length > 0 && !changed(is, after.usual)
    if (told || !changed(exceptionOf(before, kind, value), is) || !lost(is)) return []
    return [`the sidecar's own traffic${PHRASES[kind]?.(value) ?? ''} ${reaches(is)}`]
  })
  return [...all, ...some]
}

function single(what: string, before: Fate, after: Fate, words: string): readonly string[] {
  if (!changed(before, after)) return []
  return [before.verdict === 'captured' && after.verdict !== 'captured' ? words : `${what} ${reaches(after)}`]
}

/** What changes for traffic between two sets of rules, in words; empty when no packet that was tried fares otherwise. */
export function consequences(before: Interception, after: Interception): readonly string[] {
  return [
    ...directionChanges('inbound', before.inbound, after.inbound),
    ...directionChanges('outbound', before.outbound, after.outbound),
    ...proxyChanges(before.proxyOutbound, after.proxyOutbound),
    ...single(
      'the sidecar calling its own pod',
      before.proxyToSelf,
      after.proxyToSelf,
      'calls of the pod to its own service are no longer treated as inbound: policy does not apply to them',
    ),
    ...single(
      "an app calling its own pod's address",
      before.appToSelf,
      after.appToSelf,
      "an app calling its own pod's address bypasses the proxy",
    ),
    ...single(
      'an app calling localhost',
      before.appToLocalhost,
      after.appToLocalhost,
      'calls to localhost bypass the proxy',
    ),
    ...single(
      'name lookups (UDP)',
      before.dnsUdp,
      after.dnsUdp,
      'name lookups are no longer answered by the agent: ServiceEntry names and multi-cluster names do not resolve',
    ),
  ]
}
