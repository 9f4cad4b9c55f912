import type {Origin, Source} from '../source.js'
import {openArchive} from './blobs.js'
import {bundleSource} from './source.js'

/** A source that answers from a packed bundle; `path` names it in errors. */
export async function openPacked(path: string, packed: Uint8Array, origin: Origin): Promise<Source> {
  return await bundleSource(await openArchive(path, packed), origin)
}
