import {readFile} from 'node:fs/promises'
import {UserError} from '../../model/user-error.js'

/** Base64 data, else a file's bytes, else nothing; a file that cannot be read is a usage error. */
export async function dataOrFile(
  data: string | undefined,
  file: string | undefined,
  what: string,
): Promise<Buffer | undefined> {
  if (data !== undefined && data !== '') return Buffer.from(data, 'base64')
  if (file === undefined || file === '') return undefined
  try {
    return await readFile(file)
  } catch (error) {
    throw new UserError(`cannot read ${what}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
