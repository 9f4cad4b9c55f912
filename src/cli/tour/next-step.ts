import {createInterface} from 'node:readline/promises'

/** Waits for Enter before the next step when a person is there to press it; false when they want to end. */
export async function nextStep(): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return true
  const terminal = createInterface({input: process.stdin, output: process.stderr})
  try {
    const answer = await terminal.question('\nEnter for the next step, q to end: ')
    return !/^q/i.test(answer.trim())
  } finally {
    terminal.close()
  }
}
