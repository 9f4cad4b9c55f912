/** What a word of a generated secret is made of: base62, base64 (RFC 4648) and base64url. */
const WORD = /^[A-Za-z0-9+/_-]{10,128}={0,2}$/
/** Digits of 16, 24 or more bytes. */
const HEX = /^(?:[0-9a-f]{32,128}|[0-9A-F]{32,128})$/

/** Of the pairs of neighbours in a random text of base62 about 62 % differ in class; in names written in several words about 25 %. */
const LEAST_CHANGES = 0.38
/** Of a random text about a sixth is in runs of three or more lower-case letters; of a name in several words most is. */
const MOST_IN_WORDS = 0.45

function classOf(code: number): number {
  if (code >= 48 && code <= 57) return 0
  if (code >= 97 && code <= 122) return 1
  return code >= 65 && code <= 90 ? 2 : 3
}

/**
 * True for a text that a generator made, not a person: capitals, small letters and digits of at least ten characters in an order without
 * words. Names of Kubernetes have no capitals, hashes and ids no class but hex, times and versions too few letters; all of those are not.
 */
export function isGenerated(value: string): boolean {
  if (!WORD.test(value)) return false
  const seen = [0, 0, 0, 0]
  let [pairs, changes] = [0, 0]
  for (let at = 0; at < value.length; at++) {
    const own = classOf(value.charCodeAt(at))
    seen[own] = (seen[own] ?? 0) + 1
    const before = at === 0 ? 3 : classOf(value.charCodeAt(at - 1))
    if (own === 3 || before === 3) continue
    pairs += 1
    if (own !== before) changes += 1
  }
  const [digits = 0, small = 0, capitals = 0] = seen
  if (digits === 0 || small === 0 || capitals === 0 || changes < LEAST_CHANGES * pairs) return false
  const inWords = (value.match(/[a-z]{3,}/g) ?? []).reduce((sum, each) => sum + each.length, 0)
  return inWords < MOST_IN_WORDS * value.length
}

/** True for a text that is generated, also one of hex digits alone, which elsewhere is a hash or an id. */
export function isGeneratedOrHex(value: string): boolean {
  return isGenerated(value) || HEX.test(value)
}
