const WORD_END = /[\s"']/g

/** Splits rule text into words as iptables prints them: double quotes with backslashes, or single quotes from a shell; never fails. */
export function splitWords(text: string): string[] {
  if (!/["']|[^\S ]/.test(text)) return text.split(' ').filter(word => word !== '')
  const words: string[] = []
  let current: string | undefined
  let at = 0
  while (at < text.length) {
    WORD_END.lastIndex = at
    const end = WORD_END.exec(text)?.index ?? text.length
    if (end > at) current = (current ?? '') + text.slice(at, end)
    at = end
    const quote = text[at]
    if (quote === '"' || quote === "'") {
      const close = closingQuote(text, at + 1, quote)
      current = (current ?? '') + text.slice(at + 1, close).replace(/\\(["'\\])/g, '$1')
      at = close + 1
      continue
    }
    if (current !== undefined) words.push(current)
    current = undefined
    at++
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
