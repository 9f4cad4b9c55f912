import {spawn} from 'node:child_process'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {ExecOutcome} from '../exec-answer.js'
import {LIMITS} from '../limits.js'

export interface RunOptions {
  readonly signal?: AbortSignal
  /** True when what the program writes to standard error is part of the answer, as in logs of containers. */
  readonly merged?: boolean
}

/** Process ids of the programs that `run` has started and that have not ended yet. */
const started = new Set<number>()

/** The process ids of meshctl's own commands that run at this moment. */
export function ownCommands(): ReadonlySet<number> {
  return new Set(started)
}

/** Runs a program (argv, no shell) with a deadline and a byte limit; the child is killed if it exceeds either. */
export function run(
  argv: readonly string[],
  maxBytes: number,
  {signal, merged = false}: RunOptions = {},
): Promise<ExecOutcome> {
  const [program = '', ...args] = argv
  return new Promise(resolve => {
    const out: Buffer[] = []
    let size = 0
    let stderr = ''
    let verdict = ''
    const child = spawn(program, args, {stdio: ['ignore', 'pipe', 'pipe'], ...definedFields({signal})})
    const {pid} = child
    if (pid !== undefined) started.add(pid)
    const ended = () => {
      clearTimeout(timer)
      if (pid !== undefined) started.delete(pid)
    }
    const stop = (why: string) => {
      verdict = why
      child.kill('SIGKILL')
    }
    const timer = setTimeout(() => stop(`no answer within ${LIMITS.netnsDeadlineMs / 1000} s`), LIMITS.netnsDeadlineMs)
    const keep = (chunk: Buffer) => {
      size += chunk.length
      if (size > maxBytes) stop(`more than ${maxBytes} bytes of output`)
      else out.push(chunk)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', (chunk: Buffer) => {
      if (merged) keep(chunk)
      if (stderr.length < 65_536) stderr += chunk.toString('utf8')
    })
    child.on('error', error => {
      ended()
      resolve({argv, stdout: new Uint8Array(), stderr: error.message, exitCode: undefined})
    })
    child.on('close', code => {
      ended()
      const failed = verdict !== '' || code === null
      resolve({
        argv,
        stdout: Buffer.concat(out),
        stderr: verdict === '' ? stderr : verdict,
        exitCode: failed ? undefined : code,
      })
    })
  })
}
