import {writeSync} from 'node:fs'
import {systemReason} from '../../model/evidence/system-error.js'

/** The exit code of a run that could not answer. */
const CANNOT_ANSWER = 2

/** Writes to standard error, which may be closed or full as well. */
export function lastWords(text: string): void {
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
    process.exit(CANNOT_ANSWER)
  })
}
