import {EXIT} from './errors.js'

/** As the first process of a container nothing ends the program unless it listens (kill(2), "the init process"). */
const FIRST_PROCESS = 1

function end(): void {
  process.exit(EXIT.interrupted)
}

/**
 * Ctrl-C ends the program at once, also in the middle of a computation: the operating system does it, so a shell sees 130. Work that must be
 * undone (`undoable`) ends first.
 */
export function endOnInterrupt(): void {
  if (process.pid === FIRST_PROCESS) for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end)
}

/**
 * Runs work that must clean up after itself: Ctrl-C and a terminal that hangs up abort the signal instead of ending the program, and the run ends
 * with 130 when the work is undone. A second Ctrl-C always ends it.
 */
export async function undoable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  process.off('SIGINT', end)
  process.off('SIGTERM', end)
  const abort = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted && signal === 'SIGINT') end()
    if (signal === 'SIGINT') process.exitCode = EXIT.interrupted
    controller.abort(new Error('interrupted'))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, abort)
  try {
    return await work(controller.signal)
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, abort)
    endOnInterrupt()
  }
}
