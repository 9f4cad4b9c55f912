import {EXIT} from './errors.js'

/**
 * Ctrl-C ends the program at once with 130, unless work that must be undone is under way (`undoable`): then that work ends first.
 * A second Ctrl-C always ends it.
 */
export function endOnInterrupt(): void {
  let times = 0
  process.on('SIGINT', () => {
    times += 1
    if (times > 1 || process.listenerCount('SIGINT') === 1) process.exit(EXIT.interrupted)
    process.exitCode = EXIT.interrupted
  })
}

/** Runs work that must clean up after itself: Ctrl-C and a terminal that hangs up abort the signal instead of ending the program. */
export async function undoable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const abort = () => controller.abort(new Error('interrupted'))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, abort)
  try {
    return await work(controller.signal)
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, abort)
  }
}
