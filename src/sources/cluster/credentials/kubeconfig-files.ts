import {delimiter, dirname, isAbsolute, join, resolve} from 'node:path'
import {isObject, type JsonObject, listOf, objectOf, textOf} from '../../../formats/decode.js'
import {systemReason} from '../../../model/evidence/system-error.js'
import {UserError} from '../../../model/evidence/user-error.js'
import {readBounded} from '../../files/read.js'
import {LIMITS} from '../../limits.js'
import {documentIn} from '../api/document-in.js'

/** One kubeconfig merged from all the files kubectl would read: named entries, with absolute file paths. */
export interface MergedKubeconfig {
  readonly files: readonly string[]
  readonly currentContext: string | undefined
  readonly clusters: ReadonlyMap<string, JsonObject>
  readonly users: ReadonlyMap<string, JsonObject>
  readonly contexts: ReadonlyMap<string, JsonObject>
}

export type Environment = Readonly<Record<string, string | undefined>>

const SECTIONS = {clusters: 'cluster', users: 'user', contexts: 'context'} as const
/** Paths inside a kubeconfig are relative to the file that holds them (client-go clientcmd/loader.go). */
const PATH_FIELDS = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile']

/** The files kubectl reads: the one named, else every entry of KUBECONFIG once, else ~/.kube/config. */
export function kubeconfigPaths(named: string | undefined, env: Environment): readonly string[] {
  if (named !== undefined) return [named]
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter(path => path !== '')
  if (listed.length > 0) return [...new Set(listed)]
  const home = env.HOME ?? env.USERPROFILE
  return home === undefined || home === '' ? [] : [join(home, '.kube', 'config')]
}

/**
 * Reads and merges kubeconfig files as kubectl does: the first file wins a whole entry and the current context,
 * missing files are skipped unless named explicitly. Undefined if no file exists.
 */
export async function readKubeconfig(
  named: string | undefined,
  env: Environment,
): Promise<MergedKubeconfig | undefined> {
  const files: string[] = []
  let currentContext: string | undefined
  const merged = {
    clusters: new Map<string, JsonObject>(),
    users: new Map<string, JsonObject>(),
    contexts: new Map<string, JsonObject>(),
  }
  for (const path of kubeconfigPaths(named, env)) {
    const text = await readIfThere(path, named !== undefined)
    if (text === undefined) continue
    files.push(path)
    const config = await parseConfig(text, path)
    currentContext ??= textOf(config, 'current-context') || undefined
    for (const [section, entry] of entriesOf(SECTIONS)) {
      for (const item of listOf(config, section)) {
        const name = textOf(item, 'name')
        if (name === undefined || merged[section].has(name)) continue
        merged[section].set(name, absolutePaths(objectOf(item, entry) ?? {}, dirname(resolve(path))))
      }
    }
  }
  return files.length === 0 ? undefined : {files, currentContext, ...merged}
}

function entriesOf<T extends object>(record: T): [keyof T & string, T[keyof T & string]][] {
  return Object.entries(record) as [keyof T & string, T[keyof T & string]][]
}

async function readIfThere(path: string, mustExist: boolean): Promise<string | undefined> {
  try {
    const limits = {maxBytes: LIMITS.credentialBytes, idleMs: LIMITS.credentialIdleMs}
    return Buffer.from(await readBounded(path, limits)).toString('utf8')
  } catch (error) {
    const code = isObject(error) || error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
    if (code === 'ENOENT' && !mustExist) return undefined
    throw new UserError(`cannot read the kubeconfig ${path}: ${systemReason(error)}`, {
      hint: 'Specify another file with --kubeconfig or KUBECONFIG.',
    })
  }
}

async function parseConfig(text: string, path: string): Promise<JsonObject> {
  const {value, problem} = await documentIn(text)
  if (problem !== undefined) throw new UserError(`the kubeconfig ${path} is not valid YAML: ${problem}`)
  if (value === null || value === undefined) return {}
  if (!isObject(value)) throw new UserError(`${path} is not a kubeconfig: it has no clusters, users or contexts`)
  return value
}

function absolutePaths(entry: JsonObject, folder: string): JsonObject {
  const fixed: Record<string, unknown> = {...entry}
  for (const name of PATH_FIELDS) {
    const path = entry[name]
    if (typeof path === 'string' && path !== '' && !isAbsolute(path)) fixed[name] = join(folder, path)
  }
  const exec = objectOf(entry, 'exec')
  const command = textOf(exec, 'command')
  // A command with a slash is relative to the kubeconfig; a bare word is looked up in PATH.
  if (command?.includes('/') === true && !isAbsolute(command)) fixed.exec = {...exec, command: join(folder, command)}
  return fixed
}
