import {spawn} from 'node:child_process'
import type {KubeconfigFile} from '../kubeapi/kubeconfig.js'
import {UserError} from '../model/user-error.js'

type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'
const SIGNALS: readonly Signal[] = ['SIGINT', 'SIGTERM', 'SIGHUP']
const CODES: Readonly<Record<Signal, number>> = {SIGHUP: 129, SIGINT: 130, SIGTERM: 143}

/** Waits for Ctrl-C, a hang-up or a polite kill, and says with which code to end; the process then cleans up instead of dying. */
export function untilInterrupted(): {readonly signal: Promise<number>; stop(): void} {
  let take: (code: number) => void = () => undefined
  const signal = new Promise<number>(resolve => {
    take = resolve
  })
  const before = SIGNALS.map(name => ({name, listeners: process.listeners(name)}))
  const handlers = SIGNALS.map(name => ({name, handler: () => take(CODES[name])}))
  for (const {name} of before) process.removeAllListeners(name)
  for (const {name, handler} of handlers) process.on(name, handler)
  return {
    signal,
    stop() {
      for (const {name, handler} of handlers) process.off(name, handler)
      for (const {name, listeners} of before) for (const listener of listeners) process.on(name, listener as () => void)
    },
  }
}

/** Runs a program with KUBECONFIG set to the served source and its terminal shared; resolves with its exit code, 128 + n when a signal ended it. */
export async function runWithKubeconfig(argv: readonly string[], kubeconfig: KubeconfigFile): Promise<number> {
  const [program = '', ...rest] = argv
  const env = {
    ...process.env,
    KUBECONFIG: kubeconfig.path,
    KUBECACHEDIR: kubeconfig.cacheFolder,
    MESHCTL_FROM: 'cluster',
  }
  const child = spawn(program, rest, {stdio: 'inherit', env})
  return await new Promise<number>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'ENOENT' ? 'there is no such program on PATH' : error.message
      reject(new UserError(`cannot run ${program}: ${why}`))
    })
    child.once('exit', (code, signal) => resolve(code ?? CODES[signal as Signal] ?? 1))
  })
}
