import {TemplateError} from './nodes.js'

/** Reads a text from left to right. */
export interface Scanner {
  readonly done: () => boolean
  readonly peek: () => string
  readonly startsWith: (prefix: string) => boolean
  /** Skips `count` characters. */
  readonly skip: (count: number) => void
  /** The characters up to the first that `ends`, which is not read. */
  readonly until: (ends: (char: string) => boolean) => string
  /** The characters up to the first `end`, which is read too; an escape by `\` keeps the next character. */
  readonly through: (end: string, what: string) => string
}

/** A scanner at the start of a text. */
export function scannerOf(text: string): Scanner {
  let at = 0
  const until = (ends: (char: string) => boolean): string => {
    const start = at
    while (at < text.length && !ends(text.charAt(at))) at += text.charAt(at) === '\\' ? 2 : 1
    at = Math.min(at, text.length)
    return text.slice(start, at)
  }
  return {
    done: () => at >= text.length,
    peek: () => text.charAt(at),
    startsWith: prefix => text.startsWith(prefix, at),
    skip: count => {
      at = Math.min(text.length, at + count)
    },
    until,
    through: (end, what) => {
      const found = until(char => char === end || char === '\n')
      if (text.charAt(at) !== end) throw new TemplateError(`unterminated ${what}`)
      at += 1
      return found
    },
  }
}
