import {writeSync} from 'node:fs'
import {isSystemError, systemReason} from '../model/system-error.js'
import {EXIT, explainError} from './errors.js'

/** Writes to standard error, which may be closed or full as well. */
function lastWords(text: string): void {
  try {
    writeSync(2, `${text}\n`)
  } catch {
    // No stream is left to report to.
  }
}

/** A failed standard stream ends the run: silently for a closed pipe, with exit code 2 for anything else (a full disk). */
export function endOnLostOutput(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    if (stream !== process.stderr) lastWords(`Error: cannot write the output: ${systemReason(error)}`)
    process.exit(EXIT.cannotAnswer)
  })
}

/** Handles an uncaught error: prints one sentence, removes temporary files, and never exits with the code for findings. */
export function endOnUncaught(version: string, debug: boolean): void {
  const end = (error: unknown) => {
    const {text, exitCode} = explainError(error, version, debug)
    lastWords(text)
    process.exit(isSystemError(error) ? exitCode : EXIT.bug)
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
}
