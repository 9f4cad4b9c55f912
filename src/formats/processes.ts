import {type Answer, answered, missing} from '../model/evidence/answer.js'
import type {Artifact} from '../model/evidence/evidence.js'
import type {Process} from '../model/kernel/process.js'
import {unwrapLines} from './wrapped-text/unwrap.js'

/** Headers of ps(1), `docker top`, `crictl` and BusyBox: PID among them, the command last. */
const HEADER =
  /^(?=.*\bPID\b)\s*((?:UID|USER|PID|PPID|LABEL|CONTAINER|RUSER|EUSER|NETNS|NI|PRI|RSS|VSZ|SZ|%CPU|%MEM|C|S|F|STIME|START|STARTED|TT|TTY|STAT|TIME|WCHAN|ADDR|PGID|SID|ELAPSED|HPID|HUSER)\s+)+(CMD|COMMAND|ARGS)\s*$/
/** Columns of STIME and START that hold a blank when the process is older than a day (`Oct 31`). */
const MONTH = /\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{1,2})\b/

/** True for the header of a list of processes. */
function isProcessHeader(line: string): boolean {
  return HEADER.test(line)
}

function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined
}

function readRow(line: string, columns: readonly string[]): Process | undefined {
  const words = line.trim().replace(MONTH, '$1$2').split(/\s+/)
  const last = columns.length - 1
  const cell = (...names: readonly string[]) => {
    const at = columns.findIndex(name => names.includes(name))
    return at < 0 || at === last ? undefined : words[at]
  }
  const pid = whole(cell('PID'))
  if (pid === undefined || words.length <= last) return undefined
  const owner = cell('UID', 'USER', 'EUSER', 'RUSER')
  const container = cell('CONTAINER')
  return {
    pid,
    parent: whole(cell('PPID')),
    user: owner === undefined || whole(owner) !== undefined ? undefined : owner,
    uid: whole(owner),
    command: words.slice(last).join(' '),
    container: container === '-' ? undefined : container,
  }
}

/** A row of which only the command is left, below its column, as it is left when columns are cut by hand. */
function commandAlone(line: string, header: string): Process | undefined {
  const indent = line.length - line.trimStart().length
  const column = header.search(/(?:CMD|COMMAND|ARGS)\s*$/)
  const command = line.trim()
  return column > 0 && Math.abs(indent - column) <= 3 && /^[\w./-]/.test(command) ? {command} : undefined
}

/** Reads lists of processes: `ps -ef`, `ps aux`, `ps -eo ...`, `docker top`, BusyBox's. Threads of the kernel are left out. */
export function parseProcesses({bytes}: Artifact): Answer<readonly Process[]> {
  const found: Process[] = []
  let columns: readonly string[] | undefined
  let header = ''
  for (const {text, command} of unwrapLines(Buffer.from(bytes).toString('utf8'))) {
    if (command === true) continue
    if (isProcessHeader(text)) {
      columns = text.trim().split(/\s+/)
      header = text
    } else {
      const row = columns === undefined ? undefined : (readRow(text, columns) ?? commandAlone(text, header))
      if (row !== undefined && !/^\[.*\]$/.test(row.command)) found.push(row)
    }
  }
  return found.length > 0 ? answered(found) : missing('processes', 'unreadable', 'no line is a process')
}
