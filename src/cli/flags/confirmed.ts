import {createInterface} from 'node:readline/promises'
import {UserError} from '../../model/evidence/user-error.js'

/** Returns once a person has said yes to the question, or `yes` says it for them; anything else is an error, and so is standard input that is not a terminal. */
export async function confirmed(question: string, yes: boolean): Promise<void> {
  if (yes) return
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new UserError(`${question.replace(/\?$/, '')}: not confirmed`, {
      hint: 'Standard input is not a terminal to ask on: add --yes.',
    })
  const terminal = createInterface({input: process.stdin, output: process.stderr})
  try {
    if (/^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim())) return
  } finally {
    terminal.close()
  }
  throw new UserError('nothing was removed')
}
