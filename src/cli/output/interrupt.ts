import {EXIT} from '../errors.js'

/** As PID 1 of a container the program only ends on signals it handles (kill(2), "the init process"). */
const FIRST_PROCESS = 1

function end(): void {
  process.exit(EXIT.interrupted)
}

/**
 * Ctrl-C ends the program at once, even in the middle of a computation: the default signal action applies, so a shell sees 130. Work that must be
 * cleaned up (`undoable`) is cleaned up first.
 */
export function endOnInterrupt(): void {
  if (process.pid === FIRST_PROCESS) for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end)
}

/**
 * Runs work that needs cleanup: Ctrl-C and a closed terminal abort the signal instead of ending the program, and the run ends
 * with 130 after the cleanup. A second Ctrl-C ends it at once.
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
