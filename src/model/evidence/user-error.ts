import type {Gap} from './answer.js'

/** A failure the user can fix: the message says what failed and why, `hint` explains, `next` is the next command to run. */
export class UserError extends Error {
  readonly hint: string | undefined
  readonly next: string | undefined
  readonly exitCode: number
  /** The missing evidence the failure comes from, if that is what it is. */
  readonly gap: Gap | undefined
  /** A word of the command line that was wrong, and what to write instead. */
  readonly correction: {readonly typed: string; readonly instead: string} | undefined
  /** What the user's own command line lacks. */
  readonly lacking: string | undefined

  constructor(
    message: string,
    more: {
      hint?: string
      next?: string
      exitCode?: number
      gap?: Gap
      correction?: {readonly typed: string; readonly instead: string}
      lacking?: string
    } = {},
  ) {
    super(message)
    this.name = 'UserError'
    this.hint = more.hint
    this.next = more.next
    this.exitCode = more.exitCode ?? 2
    this.gap = more.gap
    this.correction = more.correction
    this.lacking = more.lacking
  }
}
