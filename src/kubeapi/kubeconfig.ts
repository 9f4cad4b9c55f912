import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {systemReason} from '../model/evidence/system-error.js'
import {UserError} from '../model/evidence/user-error.js'
import {removeAtExit} from '../sources/leftovers.js'
import type {ApiServerHandle} from './server.js'

const NAME = 'meshctl'

export interface KubeconfigFile {
  readonly path: string
  /** The directory for kubectl's discovery cache, so that served sources do not share it. */
  readonly cacheFolder: string
  remove(): Promise<void>
}

/** The kubeconfig of a served source: its address, its certificate as the only authority, its token. */
export function kubeconfigText(
  server: Pick<ApiServerHandle, 'url' | 'token' | 'certPem' | 'defaultNamespace'>,
): string {
  return `${JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': NAME,
      clusters: [
        {
          name: NAME,
          cluster: {server: server.url, 'certificate-authority-data': Buffer.from(server.certPem).toString('base64')},
        },
      ],
      contexts: [{name: NAME, context: {cluster: NAME, user: NAME, namespace: server.defaultNamespace}}],
      users: [{name: NAME, user: {token: server.token}}],
    },
    null,
    1,
  )}\n`
}

/** Writes the kubeconfig into its own temporary directory, readable only by this user; the user's own kubeconfig is never changed. */
export async function writeKubeconfig(server: ApiServerHandle): Promise<KubeconfigFile> {
  const parent = tmpdir()
  const folder = await mkdtemp(join(parent, 'meshctl-serve-')).catch((error: unknown) => {
    throw new UserError(`cannot create a temporary directory in ${parent}: ${systemReason(error)}`, {
      hint: 'Set TMPDIR to a directory that can be written.',
    })
  })
  const gone = removeAtExit(folder)
  const remove = async () => {
    await rm(folder, {recursive: true, force: true})
    gone()
  }
  const path = join(folder, 'kubeconfig')
  try {
    await writeFile(path, kubeconfigText(server), {mode: 0o600, flag: 'wx'})
  } catch (error) {
    await remove()
    throw new UserError(`cannot write ${path}: ${systemReason(error)}`)
  }
  return {path, cacheFolder: join(folder, 'cache'), remove}
}
