import {own} from '../model/collections/own.js'
import {isSystemError, type SystemError, systemReason} from '../model/evidence/system-error.js'
import {UserError} from '../model/evidence/user-error.js'
import {bothEnds} from '../model/text/both-ends.js'
import {escapeLines} from '../terminal/escape.js'
import {completed, corrected, inOwnWords} from './usage/own-words.js'
import type {OclifError} from './usage/usage-error.js'

/** Exit codes, documented in docs/exit-codes.md. */
export const EXIT = {ok: 0, findings: 1, cannotAnswer: 2, incomplete: 3, bug: 70, interrupted: 130} as const

/** A message may quote what was given, which may be a line of megabytes. */
const LONGEST_MESSAGE = 2000

/** The exit code of several answers: findings before what was not checked (docs/exit-codes.md). */
export function exitOfAll(codes: readonly number[]): number {
  return [EXIT.findings, EXIT.incomplete].find(code => codes.includes(code)) ?? Math.max(...codes)
}

/** System calls as the action the user wanted; others keep their name. */
const WANTED: Readonly<Record<string, string>> = {
  open: 'open',
  scandir: 'list',
  stat: 'read',
  lstat: 'read',
  mkdir: 'create',
  mkdtemp: 'create',
  unlink: 'remove',
  uv_cwd: 'read the working directory',
}

function systemSentence(error: SystemError): string {
  const doing = [own(WANTED, error.syscall) ?? error.syscall, error.path].filter(word => word !== undefined).join(' ')
  const hint = error.code === 'EMFILE' ? '\nAllow more open files: ulimit -n 1024' : ''
  return `Error: cannot ${doing}: ${systemReason(error)}${hint}`
}

/** The code a command asked oclif to end with; undefined for errors. */
function askedExit(error: unknown): number | undefined {
  const {oclif, code} = (error ?? {}) as OclifError
  return code === 'EEXIT' ? oclif?.exit : undefined
}

/** True for a command line that oclif refused. */
export function isRefusedUsage(error: unknown): error is OclifError {
  return (error as OclifError | undefined)?.oclif?.exit !== undefined && askedExit(error) === undefined
}

function userErrorText(error: UserError, argv: readonly string[]): string {
  const {hint, correction} = error
  const fixed =
    correction === undefined ? completed(argv, error.lacking) : corrected(argv, correction.typed, correction.instead)
  const next = fixed ?? (error.next === undefined ? undefined : inOwnWords(error.next, argv))
  const more = [hint, next === undefined ? undefined : `Next: ${next}`].filter(line => line !== undefined)
  return [`Error: ${bothEnds(error.message, LONGEST_MESSAGE)}`, ...more].join('\n')
}

/** The message and exit code for an error that reached the top level; `argv` is the command line that its next step corrects. */
export function explainError(
  error: unknown,
  version: string,
  debug: boolean,
  argv: readonly string[] = [],
): {readonly text: string; readonly exitCode: number} {
  if (error instanceof UserError) return {text: escapeLines(userErrorText(error, argv)), exitCode: error.exitCode}
  const asked = askedExit(error)
  if (asked !== undefined) return {text: '', exitCode: asked}
  if (isSystemError(error) && !debug) return {text: escapeLines(systemSentence(error)), exitCode: EXIT.cannotAnswer}
  const message = error instanceof Error ? error.message : String(error)
  const stack =
    debug && error instanceof Error ? `\n${error.stack ?? ''}` : '\nRun again with --debug for the stack trace.'
  return {
    text: escapeLines(
      `Error: internal error in meshctl ${version} (this is a bug; please report it): ${message}${stack}`,
    ),
    exitCode: EXIT.bug,
  }
}
