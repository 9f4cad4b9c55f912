/** One line at the bottom of a terminal that is rewritten; silent if the stream is not a terminal. */
export interface ProgressLine {
  /** Prints a line that stays. */
  note(text: string): void
  show(text: string): void
  clear(): void
}

/** Minimum time between updates. */
const EVERY_MS = 100

/** A progress line on a stream, shown after `afterMs`; nothing is written unless the stream is a terminal, and the line is erased when the program ends. */
export function progressLine(stream: NodeJS.WriteStream, {afterMs = 0} = {}): ProgressLine {
  if (!stream.isTTY) return {note: () => undefined, show: () => undefined, clear: () => undefined}
  const put = (text: string) => stream.write(`\r\u001b[2K${text.slice(0, Math.max(0, (stream.columns || 80) - 1))}`)
  const startedAt = performance.now()
  let shownAt: number | undefined
  const clear = () => {
    if (shownAt === undefined) return
    shownAt = undefined
    process.off('exit', clear)
    put('')
  }
  return {
    note: text => {
      stream.write(`\r\u001b[2K${text}\n`)
    },
    show: text => {
      const now = performance.now()
      if (now - startedAt < afterMs || (shownAt !== undefined && now - shownAt < EVERY_MS)) return
      if (shownAt === undefined) process.once('exit', clear)
      shownAt = now
      put(text)
    },
    clear,
  }
}

/** The progress of a run over pods: `7/13 pods checked`. With --calls each call gets its own line, so nothing is shown. */
export function podCounter(stream: NodeJS.WriteStream, calls: boolean) {
  const line = progressLine(stream, {afterMs: calls ? Number.POSITIVE_INFINITY : 1000})
  return {
    show: (done: number, total?: number) => line.show(`${done}${total === undefined ? '' : `/${total}`} pods checked`),
    clear: () => line.clear(),
  }
}
