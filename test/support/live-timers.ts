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

/** Timers made by the code under test (importing this file starts the count) that have neither fired nor been cleared. */
export function liveTimers(): number {
  return live.size
}
