import {spawn} from 'node:child_process'
import {resolve} from 'node:path'

/** What one run of the built program came to. */
export interface CliRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string | Uint8Array
  readonly cwd?: string
  readonly timeoutMs?: number
}

/** The node that runs the program: MESHCTL_NODE when the suite is run against another release than its own. */
export const NODE = process.env.MESHCTL_NODE ?? process.execPath
export const RUN = resolve('bin/run.js')

/** An environment in which nothing of the developer's machine shows: no kubeconfig, no colour, a fixed width. */
export function cleanEnv(more: CliOptions['env'] = {}): NodeJS.ProcessEnv {
  const keep = ['PATH', 'HOME', 'LANG', 'TMPDIR']
  const base = Object.fromEntries(keep.map(name => [name, process.env[name]]))
  return {...base, KUBECONFIG: '/nonexistent/kubeconfig', COLUMNS: '120', ...more}
}

/** Runs `meshctl` as a user would, as a process of its own, and collects what it says. */
export function meshctl(argv: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  return new Promise((done, fail) => {
    const child = spawn(NODE, [RUN, ...argv], {
      env: cleanEnv(options.env),
      cwd: options.cwd,
      timeout: options.timeoutMs ?? 60_000,
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.stdin.on('error', () => {})
    child.on('error', fail)
    child.on('close', code =>
      done({code, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8')}),
    )
    child.stdin.end(options.input ?? '')
  })
}
