import {unwrapLines} from '../wrapped-text/unwrap.js'

/** A line of pasted rules; `command` when it follows a shell prompt, `level` when a logger set one. */
export interface CleanLine {
  readonly number: number
  readonly text: string
  readonly command?: true
  readonly level?: string
  readonly origin?: string
}

const NOTE = /\s\/\/.*$/

/**
 * Cuts a paste into lines that hold only what the tool printed, as `unwrapLines` does, and also without indentation and without the notes that
 * people write behind rules (`// like this`). Line numbers are those of the input.
 */
export function cleanLines(text: string): readonly CleanLine[] {
  return unwrapLines(text).map(line => {
    const noted = line.text.includes(' //') || line.text.includes('\t//')
    const bare = (noted ? line.text.replace(NOTE, '') : line.text).trim()
    return bare === line.text ? line : {...line, text: bare}
  })
}
