import {readdir, readFile, readlink} from 'node:fs/promises'
import type {ExecOutcome} from '../exec-answer.js'
import {ownCommands} from './run.js'

/** Processes of one machine looked at; above it, the list says that it ends. */
const MAX_PROCESSES = 100_000
/** Characters of a command line that are kept. */
const MAX_COMMAND = 4096

interface Row {
  readonly pid: number
  readonly parent: number
  readonly text: string
}

async function row(pid: string, containerOf: (cgroup: string) => string | undefined): Promise<Row | undefined> {
  const [status, command, cgroup] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8'),
    readFile(`/proc/${pid}/cmdline`, 'utf8'),
    readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => ''),
  ])
  if (command === '') return undefined
  const parent = /^PPid:\s+(\d+)/m.exec(status)?.[1] ?? '0'
  const uid = /^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1] ?? '0'
  const words = command.split('\0').join(' ').replace(/\s+/g, ' ').trim().slice(0, MAX_COMMAND)
  return {
    pid: Number(pid),
    parent: Number(parent),
    text: `${pid} ${parent} ${uid} ${containerOf(cgroup) ?? '-'} ${words}`,
  }
}

/** The rows that are neither one of the given processes nor a descendant of one. */
function without(rows: readonly Row[], own: ReadonlySet<number>): readonly Row[] {
  const parents = new Map(rows.map(({pid, parent}) => [pid, parent]))
  const isOwn = (pid: number | undefined, depth = 0): boolean =>
    pid !== undefined && depth < rows.length && (own.has(pid) || isOwn(parents.get(pid), depth + 1))
  return rows.filter(({pid}) => !isOwn(pid))
}

/**
 * The processes of this machine that are in a network namespace (proc(5): the target of /proc/PID/ns/net, `net:[INODE]`), in the form of
 * `ps -eo pid,ppid,uid,container,args`. A process that ends meanwhile, or that another user owns, is left out, and so
 * are the commands that meshctl itself runs in the namespace at that moment.
 */
export async function processesIn(
  namespace: string,
  containerOf: (cgroup: string) => string | undefined = () => undefined,
): Promise<ExecOutcome> {
  const argv = ['ps', 'in', namespace]
  const names = (await readdir('/proc')).filter(name => /^\d+$/.test(name)).slice(0, MAX_PROCESSES)
  const own = ownCommands()
  const found: Row[] = []
  for (const pid of names) {
    const home = await readlink(`/proc/${pid}/ns/net`).catch(() => undefined)
    if (home !== namespace) continue
    const process = await row(pid, containerOf).catch(() => undefined)
    if (process !== undefined) found.push(process)
  }
  const rows = without(found, own)
  const text = `${['PID PPID UID CONTAINER COMMAND', ...rows.map(each => each.text)].join('\n')}\n`
  return {
    argv,
    stdout: Buffer.from(text),
    stderr: rows.length === 0 ? 'no process is in it' : '',
    exitCode: rows.length === 0 ? 1 : 0,
  }
}
