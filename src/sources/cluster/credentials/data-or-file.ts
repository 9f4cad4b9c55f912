import {systemReason} from '../../../model/evidence/system-error.js'
import {UserError} from '../../../model/evidence/user-error.js'
import {readBounded} from '../../files/read.js'
import {LIMITS} from '../../limits.js'

/** Base64 data, else a file's bytes, else nothing; a file that cannot be read is a usage error. */
export async function dataOrFile(
  data: string | undefined,
  file: string | undefined,
  what: string,
): Promise<Buffer | undefined> {
  if (data !== undefined && data !== '') return Buffer.from(data, 'base64')
  if (file === undefined || file === '') return undefined
  try {
    return Buffer.from(await readBounded(file, {maxBytes: LIMITS.credentialBytes, idleMs: LIMITS.credentialIdleMs}))
  } catch (error) {
    throw new UserError(`cannot read ${what}${error instanceof UserError ? '' : ` ${file}`}: ${systemReason(error)}`)
  }
}
