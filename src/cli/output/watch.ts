import {setTimeout} from 'node:timers/promises'
import {remark} from './streams.js'

/** Moves to the first line and clears what is below (ECMA-48 CUP and ED). */
const REPAINT = '\x1b[H\x1b[J'

/** Shortest time between two rounds: a cluster is asked in each. */
const SHORTEST_MS = 500

/**
 * What of a round's text fits a screen, with a last line that says how much does not. On other streams all of it: below the line with its time and
 * before an empty line, unless it is a document for programs.
 */
export function frameOf(
  text: string,
  screen: {readonly rows?: number; readonly isTTY?: boolean},
  title: string,
  forPeople = true,
): string {
  if (screen.isTTY !== true) return forPeople ? `${title}\n${text.replace(/\n$/, '')}\n\n` : text
  const room = Math.max(5, (screen.rows ?? 24) - 3)
  const lines = text.replace(/\n$/, '').split('\n')
  const rest = lines.length - room
  const shown =
    rest <= 0
      ? lines
      : [...lines.slice(0, room), `… ${rest} more lines: make the terminal higher, or narrow the question`]
  return `${REPAINT}${[title, ...shown].join('\n')}\n`
}

/**
 * Repeats a round until the program is interrupted; a round says whether its source can change. An error of the first round is thrown, one of a
 * later round is shown and the next one tries again.
 */
export async function watching(
  intervalMs: number,
  round: () => Promise<boolean>,
  explain: (error: unknown) => string,
): Promise<void> {
  if (!(await round())) {
    await remark('printed once: only a live cluster changes, so there is nothing to watch here')
    return
  }
  for (;;) {
    await setTimeout(Math.max(SHORTEST_MS, intervalMs))
    await round().catch(error => remark(explain(error)))
  }
}
