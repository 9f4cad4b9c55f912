const live = new Set<unknown>()
const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
}

function forget(timer: unknown): void {
  live.delete(timer)
}

globalThis.setTimeout = Object.assign((run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
  const timer = real.setTimeout(() => {
    forget(timer)
    run(...args)
  }, ms)
  live.add(timer)
  return timer
}, real.setTimeout)
globalThis.setInterval = ((run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
  const timer = real.setInterval(() => run(...args), ms)
  live.add(timer)
  return timer
}) as typeof globalThis.setInterval
globalThis.clearTimeout = (timer?: string | number | NodeJS.Timeout) => {
  forget(timer)
  real.clearTimeout(timer)
}
globalThis.clearInterval = (timer?: string | number | NodeJS.Timeout) => {
  forget(timer)
  real.clearInterval(timer)
}

/** Waits a moment for the last close to be handled, then gives the timers that have neither fired nor been cleared. */
export async function timersLeft(): Promise<number> {
  for (let turn = 0; turn < 100 && live.size > 0; turn++) await new Promise(resolve => real.setTimeout(resolve, 1))
  return live.size
}
