import {isGenerated} from './generated.js'
import {isPlainValue} from './names.js'

/** A part of a text, from one place to another. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** How far from the name of a secret, on its line, a generated text is taken for the secret. */
const BEHIND = 100
const BEFORE = 40
const LONGEST = 132
const WORD = /(?<![\w./+-])[A-Za-z0-9][A-Za-z0-9+/_-]{9,130}={0,2}(?![\w/+=-])/g

/** A generated text that is neither a placeholder nor a time with a nonce of istiod behind it (`18:54:18Z/29ab…`). */
function isSecretWord(word: string): boolean {
  return isGenerated(word) && !isPlainValue(word) && !/^\d\dZ\//.test(word)
}

function generatedIn(text: string, from: number, to: number): readonly Span[] {
  const line = text.slice(from, Math.min(text.length, to + LONGEST))
  const end = line.search(/[\r\n]/)
  return [...(end < 0 ? line : line.slice(0, end)).matchAll(WORD)]
    .filter(({0: word, index}) => index <= to - from && isSecretWord(word))
    .map(({0: word, index}) => ({from: from + index, to: from + index + word.length}))
}

/**
 * The generated texts near the name of a secret, whatever joins the two: code, a comparison, a table, a tag. None begins before `start`, which is
 * where the text is already clean.
 */
export function generatedNear(text: string, name: Span, start: number): readonly Span[] {
  const first = Math.max(start, name.from - BEFORE)
  const lineStart = text.lastIndexOf('\n', name.from - 1) + 1
  const before = generatedIn(text, Math.max(first, Math.min(lineStart, name.from)), name.from)
  const behind = Math.max(start, name.to)
  return [...before.filter(each => each.to <= name.from), ...generatedIn(text, behind, name.to + BEHIND)]
}
