import {writeSync} from 'node:fs'
import {isSystemError, systemReason} from '../model/system-error.js'
import {EXIT, explainError} from './errors.js'

/** Standard error as the last words: it may be closed or full as well. */
function lastWords(text: string): void {
  try {
    writeSync(2, `${text}\n`)
  } catch {
    // No stream is left to report on.
  }
}

/** A standard stream that failed ends the run: a reader that went away quietly, anything else (a full disk) with the code of no answer. */
export function endOnLostOutput(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    if (stream !== process.stderr) lastWords(`Error: cannot write the output: ${systemReason(error)}`)
    process.exit(EXIT.cannotAnswer)
  })
}

/** The last resort for an uncaught error: one sentence, what was begun is removed, and never the code of findings. */
export function endOnUncaught(version: string, debug: boolean): void {
  const end = (error: unknown) => {
    const {text, exitCode} = explainError(error, version, debug)
    lastWords(text)
    process.exit(isSystemError(error) ? exitCode : EXIT.bug)
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
}
