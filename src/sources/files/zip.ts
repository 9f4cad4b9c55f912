import {unzipSync} from 'fflate'
import {UserError} from '../../model/evidence/user-error.js'
import {humanSize} from '../../model/text/human-size.js'
import {type ArchiveMember, MAX_MEMBERS} from '../bundle/tar-files.js'
import {LIMITS} from '../limits.js'

/** True for zip data (local file header, APPNOTE 4.3.7). */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 0x03 && bytes[3] === 0x04
}

/** The files of a zip archive, in memory; each unpacks to at most the size its entry declares, and all together to at most the limit. */
export function zipFiles(label: string, bytes: Uint8Array): readonly ArchiveMember[] {
  let total = 0
  let count = 0
  try {
    const found = unzipSync(bytes, {
      filter({name, originalSize}) {
        if (name.endsWith('/')) return false
        total += originalSize
        count += 1
        if (count > MAX_MEMBERS) throw new UserError(`${label} contains more than ${MAX_MEMBERS} files`)
        if (total > LIMITS.fileBytes)
          throw new UserError(`${label} is larger than ${humanSize(LIMITS.fileBytes)} when unpacked`)
        return true
      },
    })
    return Object.entries(found).map(([path, content]) => ({path, bytes: content}))
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`${label} is a zip archive that cannot be unpacked: ${(error as Error).message}`, {
      hint: 'It may be damaged, cut short or encrypted.',
    })
  }
}
