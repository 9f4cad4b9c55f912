import {isSystemError} from '../../model/evidence/system-error.js'
import {EXIT, explainError} from '../errors.js'
import {lastWords} from './lost-output.js'

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
