/** One line at the bottom of a terminal that is written over again and again; silent when nobody watches. */
export interface ProgressLine {
  /** A remark that stays. */
  note(text: string): void
  show(text: string): void
  clear(): void
}

/** A progress line on a stream; nothing is written unless the stream is a terminal. */
export function progressLine(stream: NodeJS.WriteStream): ProgressLine {
  if (!stream.isTTY) return {note: () => undefined, show: () => undefined, clear: () => undefined}
  const put = (text: string) => stream.write(`\r\u001b[2K${text.slice(0, Math.max(0, (stream.columns || 80) - 1))}`)
  return {
    note: text => {
      stream.write(`\r\u001b[2K${text}\n`)
    },
    show: put,
    clear: () => put(''),
  }
}
