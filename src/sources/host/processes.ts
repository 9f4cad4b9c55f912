import {readdir, readFile, readlink} from 'node:fs/promises'
import type {ExecOutcome} from '../exec-answer.js'

/** Processes of one machine looked at; above it, the list says that it ends. */
const MAX_PROCESSES = 100_000
/** Characters of a command line that are kept. */
const MAX_COMMAND = 4096

async function row(pid: string, containerOf: (cgroup: string) => string | undefined): Promise<string | undefined> {
  const [status, command, cgroup] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8'),
    readFile(`/proc/${pid}/cmdline`, 'utf8'),
    readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => ''),
  ])
  if (command === '') return undefined
  const parent = /^PPid:\s+(\d+)/m.exec(status)?.[1] ?? '0'
  const uid = /^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1] ?? '0'
  const words = command.split('\0').join(' ').replace(/\s+/g, ' ').trim().slice(0, MAX_COMMAND)
  return `${pid} ${parent} ${uid} ${containerOf(cgroup) ?? '-'} ${words}`
}

/**
 * The processes of this machine that are in a network namespace (proc(5): the target of /proc/PID/ns/net, `net:[INODE]`), in the form of
 * `ps -eo pid,ppid,uid,container,args`. A process that ends meanwhile, or that another user owns, is left out.
 */
export async function processesIn(
  namespace: string,
  containerOf: (cgroup: string) => string | undefined = () => undefined,
): Promise<ExecOutcome> {
  const argv = ['ps', 'in', namespace]
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name)).slice(0, MAX_PROCESSES)
  const rows: string[] = []
  for (const pid of pids) {
    const home = await readlink(`/proc/${pid}/ns/net`).catch(() => undefined)
    if (home !== namespace) continue
    const found = await row(pid, containerOf).catch(() => undefined)
    if (found !== undefined) rows.push(found)
  }
  const text = `${['PID PPID UID CONTAINER COMMAND', ...rows].join('\n')}\n`
  return {
    argv,
    stdout: Buffer.from(text),
    stderr: rows.length === 0 ? 'no process is in it' : '',
    exitCode: rows.length === 0 ? 1 : 0,
  }
}
