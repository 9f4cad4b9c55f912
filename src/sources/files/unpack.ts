import {UserError} from '../../model/evidence/user-error.js'
import {tarFiles} from '../bundle/tar-files.js'
import type {InputFile} from './input-file.js'
import {isGzip, isTar, unpacked} from './read.js'
import {isZip, zipFiles} from './zip.js'
import {isZstd, unzstd} from './zstd.js'

/** Archives in archives beyond this depth are not an accident. */
const MAX_DEPTH = 4
/** What systems put beside the files a person packed. */
const CLUTTER = /(^|\/)(__MACOSX\/|\.DS_Store$|\._|Thumbs\.db$)/

function members(
  label: string,
  found: readonly {readonly path: string; readonly bytes: Uint8Array}[],
): readonly InputFile[] {
  const files = found.filter(({path, bytes}) => bytes.length > 0 && !CLUTTER.test(path))
  if (files.length === 0) throw new UserError(`${label} is an archive without any file`)
  return files.map(({path, bytes}) => ({label: `${label}:${path}`, bytes}))
}

/** The files in what was given: gzip, zstd, zip and tar unpacked, also one in another; anything else is the file itself. */
export async function unpackAll(file: InputFile, depth = 0): Promise<readonly InputFile[]> {
  const {label, bytes} = file
  const packed = isGzip(bytes) || isZstd(bytes) || isZip(bytes) || isTar(bytes)
  if (!packed) return [file]
  if (depth >= MAX_DEPTH) throw new UserError(`${label} is packed more than ${MAX_DEPTH} times`)
  const inside = isGzip(bytes)
    ? [unpacked(file)]
    : isZstd(bytes)
      ? [{label, bytes: unzstd(label, bytes)}]
      : members(label, isZip(bytes) ? zipFiles(label, bytes) : await tarFiles(label, bytes))
  const all: InputFile[] = []
  for (const each of inside) all.push(...(await unpackAll(each, depth + 1)))
  return all
}
