import {own} from '../model/own.js'
import {isSystemError, type SystemError, systemReason} from '../model/system-error.js'
import {UserError} from '../model/user-error.js'
import {escapeLines} from '../terminal/escape.js'
import {corrected, inOwnWords} from './own-words.js'

/** Exit codes, documented in docs/exit-codes.md. */
export const EXIT = {ok: 0, findings: 1, cannotAnswer: 2, incomplete: 3, bug: 70, interrupted: 130} as const

interface OclifError extends Error {
  readonly oclif?: {readonly exit?: number}
  readonly code?: string
}

/** The arguments oclif lists by name and description (`shell  (bash|zsh) the shell`) as `missing argument SHELL: one of bash, zsh`. */
function missingArguments(list: string): string {
  const names = list
    .trim()
    .split('\n')
    .map(line =>
      line
        .trim()
        .replace(/^(\S+)\s+(?:\(([^)]*)\)\s+)?(.*)$/, (_, name: string, options: string | undefined, what: string) =>
          options === undefined
            ? `${name.toUpperCase()} (${what})`
            : `${name.toUpperCase()}: one of ${options.split('|').join(', ')}`,
        ),
    )
  return `missing ${names.length === 1 ? 'argument' : 'arguments'} ${names.join(' and ')}`
}

/** Rewrites oclif's usage error as one sentence. */
function usageSentence(message: string): string {
  return message
    .replace(/^Error: /, '')
    .replace(/(?<!\n)\n+[ \t]*Note: [\s\S]*$/, '')
    .replace(/^Missing \d+ required args?:\n([\s\S]*)$/, (_, list: string) => missingArguments(list))
    .replace(/^The following errors? occurred:\s*/, '')
    .replace(/Parsing (--\S+)\s+/, '$1: ')
    .replace(/(?<!\s)\s*See more help with --help\s*$/, '')
    .replace(
      /^[Cc]ommand (\S+) not found\.?$/,
      (_, id: string) => `unknown command "${id.replaceAll(':', ' ')}" for "meshctl"`,
    )
    .replace(/^Missing required flag (\S+)/, 'required flag --$1 not set')
    .replace(/^Nonexistent flags?: /, 'unknown flag: ')
    .replace(/^Unexpected arguments?: /, 'unexpected argument: ')
    .replace(/(?<!\s)\s*\n\s+/g, '; ')
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

/** The message and exit code for an error that reached the top level; `argv` is the command line that its next step corrects. */
export function explainError(
  error: unknown,
  version: string,
  debug: boolean,
  argv: readonly string[] = [],
): {readonly text: string; readonly exitCode: number} {
  if (error instanceof UserError) {
    const {hint, correction} = error
    const fixed = correction === undefined ? undefined : corrected(argv, correction.typed, correction.instead)
    const next = fixed ?? (error.next === undefined ? undefined : inOwnWords(error.next, argv))
    const more = [hint, next === undefined ? undefined : `Next: ${next}`].filter(line => line !== undefined)
    return {text: escapeLines([`Error: ${error.message}`, ...more].join('\n')), exitCode: error.exitCode}
  }
  const known = error as OclifError
  const exit = known?.oclif?.exit
  if (exit !== undefined) {
    if (known.code === 'EEXIT') return {text: '', exitCode: exit}
    return {
      text: escapeLines(
        `Error: ${usageSentence(known.message)}\nRun 'meshctl --help' or 'meshctl COMMAND --help' for usage.`,
      ),
      exitCode: EXIT.cannotAnswer,
    }
  }
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
