import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {systemReason} from '../model/system-error.js'
import {UserError} from '../model/user-error.js'

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

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${systemReason(error)}`, {
      hint: 'It is the file of your settings; MESHCTL_CONFIG names another one.',
    })
  }
}

/** Sets in the environment what the user's file says, unless a variable there says otherwise already. */
export async function applyUserConfig(env: NodeJS.ProcessEnv): Promise<void> {
  const path = userConfigPath(env)
  if (path === undefined) return
  const {parseUserConfig} = await import('../formats/user-config.js')
  for (const [variable, value] of Object.entries(parseUserConfig(readText(path), path))) env[variable] ??= value
}
