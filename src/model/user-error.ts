/** A failure a person can mend: the message says what failed and why, `hint` explains, `next` is the next command to run. */
export class UserError extends Error {
  readonly hint: string | undefined
  readonly next: string | undefined
  readonly exitCode: number

  constructor(message: string, more: {hint?: string; next?: string; exitCode?: number} = {}) {
    super(message)
    this.name = 'UserError'
    this.hint = more.hint
    this.next = more.next
    this.exitCode = more.exitCode ?? 2
  }
}
