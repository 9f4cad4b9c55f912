const PLAIN = /[^\s"']+/y
const SPACE = /\s+/y

/** Splits rule text into words as iptables prints them: double quotes with backslashes, or single quotes from a shell; never fails. */
export function splitWords(text: string): string[] {
  if (!/["']|[^\S ]/.test(text)) return text.split(' ').filter(word => word !== '')
  const words: string[] = []
  let current: string | undefined
  let at = 0
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found === null) return undefined
    at = pattern.lastIndex
    return found[0]
  }
  while (at < text.length) {
    if (take(SPACE) !== undefined) {
      if (current !== undefined) words.push(current)
      current = undefined
      continue
    }
    const plain = take(PLAIN)
    if (plain !== undefined) {
      current = (current ?? '') + plain
      continue
    }
    const quote = text[at] ?? '"'
    const end = closingQuote(text, at + 1, quote)
    current = (current ?? '') + text.slice(at + 1, end).replace(/\\(["'\\])/g, '$1')
    at = end + 1
  }
  if (current !== undefined) words.push(current)
  return words
}

function closingQuote(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\' && quote === '"') at++
    else if (text[at] === quote) return at
  }
  return text.length
}

/** Writes one word so that splitWords reads it back: quoted when it is empty or has spaces, quotes or backslashes. */
export function quoteWord(word: string): string {
  return /^[^\s"'\\]+$/.test(word) ? word : `"${word.replace(/(["\\])/g, '\\$1')}"`
}
