import {extract} from 'tar-stream'
import {UserError} from '../../model/evidence/user-error.js'
import {humanSize} from '../../model/text/human-size.js'
import {LIMITS} from '../limits.js'

/** A member of an archive: its path there and its bytes. */
export interface ArchiveMember {
  readonly path: string
  readonly bytes: Uint8Array
}

/** Members beyond this many are not attachments. */
export const MAX_MEMBERS = 10_000

/** The regular files of a tar archive, in memory; links and devices are skipped, damage and sizes above the limit are errors. */
export async function tarFiles(label: string, bytes: Uint8Array): Promise<readonly ArchiveMember[]> {
  const unpack = extract()
  const members: ArchiveMember[] = []
  let total = 0
  unpack.end(bytes)
  try {
    for await (const entry of unpack) {
      const {name, type} = entry.header
      if (type !== 'file') {
        entry.resume()
        continue
      }
      if (members.length >= MAX_MEMBERS) throw new UserError(`${label} contains more than ${MAX_MEMBERS} files`)
      const chunks: Uint8Array[] = []
      for await (const chunk of entry) {
        chunks.push(chunk as Uint8Array)
        total += (chunk as Uint8Array).length
        if (total > LIMITS.fileBytes)
          throw new UserError(`${label} is larger than ${humanSize(LIMITS.fileBytes)} when unpacked`)
      }
      members.push({path: name, bytes: Buffer.concat(chunks)})
    }
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`${label} is a tar archive that is damaged or cut short (${(error as Error).message})`)
  } finally {
    unpack.destroy()
  }
  return members
}
