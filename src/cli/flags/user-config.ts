import {closeSync, constants, existsSync, openSync, readSync} from 'node:fs'
import {join} from 'node:path'
import {systemReason} from '../../model/evidence/system-error.js'
import {UserError} from '../../model/evidence/user-error.js'

/** Settings are a few lines; anything larger is another file. */
const MAX_BYTES = 64 * 1024

/**
 * The user's file: MESHCTL_CONFIG, else meshctl-diagnostics/config.yaml below the folder for configuration
 * (https://specifications.freedesktop.org/basedir-spec/); undefined when there is none.
 */
export function userConfigPath(env: NodeJS.ProcessEnv): string | undefined {
  if ((env.MESHCTL_CONFIG ?? '') !== '') return env.MESHCTL_CONFIG
  const home = env.HOME ?? env.USERPROFILE
  // A relative path there is to be ignored, says the specification.
  const xdg = env.XDG_CONFIG_HOME?.startsWith('/') === true ? env.XDG_CONFIG_HOME : undefined
  const folder = xdg ?? ((home ?? '') === '' ? undefined : join(home ?? '', '.config'))
  if (folder === undefined) return undefined
  const path = join(folder, 'meshctl-diagnostics', 'config.yaml')
  return existsSync(path) ? path : undefined
}

/** The text of a file of settings, read up to the limit. */
function readText(path: string): string {
  const hint = 'It is the file of your settings; MESHCTL_CONFIG names another one.'
  const bytes = Buffer.alloc(MAX_BYTES + 1)
  let length = 0
  try {
    // Without blocking: a named pipe without a writer is an empty file.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      for (let read = 1; read > 0 && length < bytes.length; length += read)
        read = readSync(file, bytes, length, bytes.length - length, null)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${systemReason(error)}`, {hint})
  }
  if (length > MAX_BYTES) throw new UserError(`${path} is larger than ${MAX_BYTES / 1024} KiB`, {hint})
  return bytes.toString('utf8', 0, length)
}

/** Sets in the environment what the user's file says, unless a variable there says otherwise already. */
export async function applyUserConfig(env: NodeJS.ProcessEnv): Promise<void> {
  const path = userConfigPath(env)
  if (path === undefined) return
  const {parseUserConfig} = await import('../../formats/settings/user-config.js')
  for (const [variable, value] of Object.entries(parseUserConfig(readText(path), path))) env[variable] ??= value
}
