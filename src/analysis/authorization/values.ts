import {inRange, parseIp, parseIpRange} from '../../model/kernel/ip-address.js'

/** An exact value, or one with a `*` at one end, or `*` alone for anything that is not empty (istio.io, AuthorizationPolicy). */
export function fits(pattern: string, text: string): boolean {
  if (pattern === '*') return text !== ''
  if (pattern.startsWith('*')) return text.endsWith(pattern.slice(1))
  if (pattern.endsWith('*')) return text.startsWith(pattern.slice(0, -1))
  return pattern === text
}

/** Every `*` stands for any text, none included; runs in time proportional to the texts' product. */
export function globFits(pattern: string, text: string): boolean {
  const parts = pattern.split('*')
  const [first = '', ...rest] = parts
  if (rest.length === 0) return pattern === text
  const last = rest.at(-1) ?? ''
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false
  const end = text.length - last.length
  let from = first.length
  for (const part of rest.slice(0, -1)) {
    const found = text.indexOf(part, from)
    if (found < 0 || found + part.length > end) return false
    from = found + part.length
  }
  return from <= end
}

/** An address in a range or equal to it; families never mix. */
export function addressFits(range: string, ip: string): boolean {
  const parsed = parseIpRange(range)
  const address = parseIp(ip)
  return parsed !== undefined && address !== undefined && inRange(address, parsed)
}

const SEGMENT = /^[a-zA-Z0-9\-._~%!$&'()+,;:@=]+$/
const TAIL = /^[a-zA-Z0-9\-._~%!$&'()+,;:@=/]*$/

function segmentsFit(pattern: readonly string[], path: readonly string[]): boolean {
  const [wanted, ...others] = pattern
  if (wanted === undefined) return path.length === 0
  if (wanted === '{**}') {
    for (let taken = 0; taken <= path.length; taken++) {
      const rest = path.slice(taken)
      const tail = path.slice(0, taken).join('/')
      if (TAIL.test(tail) && segmentsFit(others, rest) && (taken > 0 || others.length > 0 || path.length === 0))
        return true
    }
    return false
  }
  const [first, ...more] = path
  if (first === undefined) return false
  return (wanted === '{*}' ? SEGMENT.test(first) : wanted === first) && segmentsFit(others, more)
}

/** A path that fits `/a/{*}/b/{**}`: one segment, and any number of them. */
export function pathFits(pattern: string, path: string): boolean {
  if (!/\{\*{1,2}\}/.test(pattern)) return fits(pattern, path)
  return segmentsFit(pattern.split('/'), path.split('/'))
}

/** What a SPIFFE identity says: `spiffe://DOMAIN/ns/NAMESPACE/sa/ACCOUNT`. */
const SCHEME = 'spiffe://'

/** An identity written without its scheme; `*` alone is any identity. */
export function identityFits(pattern: string, identity: string): boolean {
  if (pattern === '*') return identity !== ''
  if (pattern.startsWith('*'))
    return identity.startsWith(SCHEME) && identity.slice(SCHEME.length).endsWith(pattern.slice(1))
  return fits(`${SCHEME}${pattern}`, identity)
}

/** An identity of a namespace, which may be written with `*`. */
export function namespaceFits(pattern: string, identity: string): boolean {
  return globFits(`*/ns/${pattern}/*`, identity)
}

/** `NAMESPACE/ACCOUNT`, or an account of the policy's own namespace. */
export function accountFits(pattern: string, identity: string, policyNamespace: string): boolean {
  const slash = pattern.indexOf('/')
  const namespace = slash < 0 ? policyNamespace : pattern.slice(0, slash)
  const account = `sa/${pattern.slice(slash + 1)}`
  if (!identity.startsWith(SCHEME)) return false
  const rest = identity.slice(SCHEME.length)
  const mark = `/ns/${namespace}/`
  for (let at = rest.indexOf(mark, 1); at >= 0; at = rest.indexOf(mark, at + 1)) {
    const tail = rest.slice(at + mark.length)
    for (let start = 0; start >= 0; ) {
      const after = tail.slice(start + account.length)
      if (tail.startsWith(account, start) && start !== 1 && (after === '' || /^\/./s.test(after))) return true
      const next = tail.indexOf(`/${account}`, start)
      start = next < 0 ? -1 : next + 1
    }
  }
  return false
}

/** An identity of a trust domain, which may be written with `*`. */
export function domainFits(pattern: string, identity: string): boolean {
  if (!identity.startsWith(SCHEME)) return false
  if (pattern === '*') return true
  const slash = identity.indexOf('/', SCHEME.length)
  return slash >= 0 && globFits(pattern, identity.slice(SCHEME.length, slash))
}
