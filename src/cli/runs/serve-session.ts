import {spawn} from 'node:child_process'
import {constants} from 'node:os'
import type {KubeconfigFile} from '../../kubeapi/kubeconfig.js'
import {UserError} from '../../model/evidence/user-error.js'

/** Resolves when the signal fires: SIGINT, SIGHUP or SIGTERM. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise(resolve => signal.addEventListener('abort', () => resolve(), {once: true}))
}

/** Runs a program with KUBECONFIG set to the served source and its terminal shared; resolves with its exit code, 128 + n when a signal ended it. */
export async function runWithKubeconfig(
  argv: readonly string[],
  kubeconfig: KubeconfigFile,
  signal: AbortSignal,
): Promise<number> {
  const [program = '', ...rest] = argv
  const env = {
    ...process.env,
    KUBECONFIG: kubeconfig.path,
    KUBECACHEDIR: kubeconfig.cacheFolder,
    MESHCTL_FROM: 'cluster',
  }
  const child = spawn(program, rest, {stdio: 'inherit', env})
  void untilAborted(signal).then(() => child.kill())
  return await new Promise<number>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'ENOENT' ? 'not found in PATH' : error.message
      reject(new UserError(`cannot run ${program}: ${why}`))
    })
    child.once('exit', (code, name) => resolve(code ?? 128 + (name === null ? 0 : constants.signals[name])))
  })
}
