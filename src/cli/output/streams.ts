import {isAsciiLocale} from '../../terminal/ascii.js'
import {escapeLines} from '../../terminal/escape.js'
import type {Layout} from '../../terminal/render.js'

const DEFAULT_WIDTH = 120

/** The layout of a stream: its width, and colour unless NO_COLOR, a dumb terminal, a pipe or the flag disables it. */
export function layoutFor(
  stream: NodeJS.WriteStream,
  colour: string,
  headers: boolean,
  env: NodeJS.ProcessEnv,
): Layout {
  const columns = Number(env.COLUMNS) || stream.columns || DEFAULT_WIDTH
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '' && env.FORCE_COLOR !== '0'
  const auto = (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb' && (stream.isTTY || forced)
  return {
    width: Math.max(40, columns),
    colour: colour === 'always' || (colour === 'auto' && auto),
    headers,
    fit: stream.isTTY === true,
    ascii: isAsciiLocale(env),
  }
}

/** Writes to a stream and waits until it is flushed; a closed pipe (EPIPE) ends the output silently. */
export function write(stream: NodeJS.WriteStream, data: string | Uint8Array): Promise<void> {
  if (data.length === 0) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? resolve() : reject(error))
    stream.once('error', onError)
    stream.write(data, error => {
      if (error) return onError(error)
      stream.off('error', onError)
      resolve()
    })
  })
}

/** Prints one line to standard error. */
export function remark(text: string): Promise<void> {
  return write(process.stderr, `${escapeLines(text)}\n`)
}
