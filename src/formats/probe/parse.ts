/** What a program that sent a request printed about the answer. `status` is 0 where there was none. */
export interface ProbeAnswer {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  /** Why there was no answer, in the program's words. */
  readonly failure: string | undefined
}

const STATUS = /^\s*HTTP\/[\d.]+ (\d{3})\b/
const MAX_HEADERS = 100

/** The last head in a text: curl prints those of interim answers and redirects before it, wget indents it. */
function headIn(text: string): ProbeAnswer | undefined {
  const lines = text.slice(0, 65_536).split(/\r?\n/)
  let found: ProbeAnswer | undefined
  for (const [i, line] of lines.entries()) {
    const status = STATUS.exec(line)?.[1]
    if (status === undefined || (found !== undefined && found.status >= 200)) continue
    const rest = lines.slice(i + 1, i + 1 + MAX_HEADERS)
    const end = rest.findIndex(each => each.trim() === '')
    const headers = rest.slice(0, end < 0 ? rest.length : end).flatMap(each => {
      const [, name, value] = /^\s*([^:\s]+):\s*(.*)$/.exec(each) ?? []
      return name === undefined ? [] : [[name.toLowerCase(), value ?? ''] as const]
    })
    found = {status: Number(status), headers, failure: undefined}
  }
  return found
}

/** Reads what curl, wget or bash printed: curl and bash on standard output, wget on standard error. */
export function parseProbeOutput(program: string, stdout: Uint8Array, stderr: string, exitCode: number): ProbeAnswer {
  const text = program === 'wget' ? stderr : Buffer.from(stdout).toString('utf8')
  const head = headIn(text)
  if (head !== undefined) return head
  const said = stderr
    .split('\n')
    .map(each => each.trim())
    .find(each => each !== '')
  return {status: 0, headers: [], failure: said ?? `${program} ended with ${exitCode}`}
}
