import {dirname, resolve} from 'node:path'
import {type AcceptedFinding, parseBaseline} from '../formats/baseline.js'
import {type CheckConfig, parseCheckConfig} from '../formats/check-config.js'
import {systemReason} from '../model/system-error.js'
import {UserError} from '../model/user-error.js'
import {readBounded} from '../sources/files/read.js'

/** The name of the file a team keeps its settings in. */
const CONFIG_FILE = '.meshctl.yaml'

/** The size limit of settings and baselines, which are written by hand. */
const MAX_BYTES = 16 * 1024 * 1024

async function readSettings(path: string): Promise<string> {
  return Buffer.from(await readBounded(path, {maxBytes: MAX_BYTES})).toString('utf8')
}

async function readText(path: string): Promise<string> {
  try {
    return await readSettings(path)
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${systemReason(error)}`)
  }
}

/** The settings from the named file, else from .meshctl.yaml in the current folder, else none; a baseline path is relative to the file. */
export async function readCheckConfig(named: string | undefined, folder: string): Promise<CheckConfig> {
  const path = named ?? resolve(folder, CONFIG_FILE)
  let text: string
  try {
    text = await readSettings(path)
  } catch (error) {
    if (named === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return parseCheckConfig('', path)
    throw new UserError(`cannot read ${path}: ${systemReason(error)}`)
  }
  const config = parseCheckConfig(text, path)
  return config.baseline === undefined ? config : {...config, baseline: resolve(dirname(path), config.baseline)}
}

/** The findings a baseline accepts; none without one. */
export async function readBaseline(path: string | undefined): Promise<readonly AcceptedFinding[]> {
  return path === undefined ? [] : parseBaseline(await readText(path), path)
}
