/** Commands of which the first that works counts. */
export type BatchRow = readonly (readonly string[])[]

/** The exit code a shell gives for a program that is not there. */
export const NO_PROGRAM = 127

/** What one command of a batch came to: its exit code, or the Status of a served bundle that has no answer. */
export interface BatchPart {
  readonly argv: readonly string[]
  readonly code: number | 'status'
  readonly stdout: Uint8Array
  readonly stderr: string
}

/**
 * Runs each row of commands, given as positional arguments, until one works, and writes of each its exit code, the length of its output, its output,
 * and the same of its errors. Nothing is ever put into this text. Output ends in a dot, so that the shell keeps its last line breaks.
 */
const SCRIPT = [
  'set -f',
  'LC_ALL=C',
  'exec 3>&1',
  'for row do',
  "IFS=';'",
  'for try in $row; do',
  "IFS=' '",
  `err=$({ out=$($try 3>&-; code=$?; echo .; exit $code); code=$?; printf '%s %s\\n%s\\n' "$code" "\${#out}" "$out" >&3; exit $code; } 2>&1)`,
  'code=$?',
  `printf '%s\\n%s\\n' "\${#err}" "$err"`,
  '[ $code = 0 ] && break',
  'done',
  'done',
  'exit 0',
].join('\n')

const HEAD = ['sh', '-c', SCRIPT, 'sh']

/** The command that runs rows of commands in one process; their words have neither spaces nor semicolons. */
export function batchArgv(rows: readonly BatchRow[]): readonly string[] {
  return [...HEAD, ...rows.map(row => row.map(argv => argv.join(' ')).join(';'))]
}

/** The rows of such a command; undefined for any other. */
export function batchRows(argv: readonly string[]): readonly BatchRow[] | undefined {
  if (argv.length <= HEAD.length || !HEAD.every((word, at) => argv[at] === word)) return undefined
  return argv.slice(HEAD.length).map(row => row.split(';').map(command => command.split(' ')))
}

/** Such a command by the commands it runs, without its text. */
export function batchTitle(argv: readonly string[]): string | undefined {
  return batchRows(argv)
    ?.map(row => row.map(command => command.join(' ')).join(' || '))
    .join('; ')
}

/** The output of a batch with these parts, as the shell writes it. */
export function batchOutput(parts: readonly BatchPart[]): Uint8Array {
  return Buffer.concat(
    parts.flatMap(({code, stdout, stderr}) => {
      const said = stderr.trimEnd()
      return [
        Buffer.from(`${code} ${stdout.length + 1}\n`),
        stdout,
        Buffer.from(`.\n${Buffer.byteLength(said)}\n${said}\n`),
      ]
    }),
  )
}

/**
 * The parts in the output of a batch, row by row. Lengths alone part them, so nothing a command prints is taken for another part; undefined when they
 * do not add up, or when there are bytes that some shells count as characters.
 */
export function parseBatch(
  output: Uint8Array,
  rows: readonly BatchRow[],
): readonly (readonly BatchPart[])[] | undefined {
  if (output.some(byte => byte >= 0x80)) return undefined
  const bytes = Buffer.from(output.buffer, output.byteOffset, output.byteLength)
  let at = 0
  const line = (): string | undefined => {
    const end = bytes.indexOf(10, at)
    if (end < 0 || end - at > 20) return undefined
    const text = bytes.toString('latin1', at, end)
    at = end + 1
    return text
  }
  const block = (length: number): Buffer | undefined => {
    const end = at + length
    if (bytes[end] !== 10) return undefined
    const found = bytes.subarray(at, end)
    at = end + 1
    return found
  }
  const part = (argv: readonly string[]): BatchPart | undefined => {
    const [, code, length] = /^(\d{1,3}|status) (\d{1,9})$/.exec(line() ?? '') ?? []
    const stdout = length === undefined ? undefined : block(Number(length))
    if (code === undefined || stdout === undefined || stdout.at(-1) !== 46) return undefined
    const errors = /^\d{1,9}$/.exec(line() ?? '')?.[0]
    const stderr = errors === undefined ? undefined : block(Number(errors))
    if (stderr === undefined) return undefined
    return {
      argv,
      code: code === 'status' ? code : Number(code),
      stdout: stdout.subarray(0, -1),
      stderr: stderr.toString('latin1'),
    }
  }
  const found: (readonly BatchPart[])[] = []
  for (const row of rows) {
    const parts: BatchPart[] = []
    for (const argv of row) {
      const next = part(argv)
      if (next === undefined) return undefined
      parts.push(next)
      if (next.code === 0 || next.code === 'status') break
    }
    found.push(parts)
  }
  return at === bytes.length ? found : undefined
}
