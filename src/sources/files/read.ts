import {type FileHandle, open} from 'node:fs/promises'
import {gunzipSync} from 'node:zlib'
import {humanSize} from '../../model/human-size.js'
import {UserError} from '../../model/user-error.js'
import {LIMITS} from '../limits.js'
import type {InputFile} from './input-file.js'

const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
}

function fileError(path: string, error: unknown): UserError {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  return new UserError(`cannot read ${path}: ${FILE_ERRORS[code] ?? (error as Error).message}`, {
    next: 'meshctl check --from sample -n demo   # try meshctl without any file',
  })
}

/** A file of known size in few reads; one without a size (a pipe, /proc) in chunks. */
async function readAll(file: FileHandle, size: number): Promise<Uint8Array> {
  if (size === 0) return await file.readFile()
  const bytes = Buffer.allocUnsafeSlow(size)
  let filled = 0
  while (filled < size) {
    const {bytesRead} = await file.read(bytes, filled, size - filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}

/** The bytes of a file, at most the limit; a missing, unreadable or oversized file is an error that names it. */
export async function readInput(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r')
    try {
      const {size} = await file.stat()
      if (size > LIMITS.fileBytes) {
        throw new UserError(`${path} is larger than ${humanSize(LIMITS.fileBytes)} (${size} bytes)`)
      }
      return await readAll(file, size)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof UserError) throw error
    throw fileError(path, error)
  }
}

let known: Promise<Uint8Array> | undefined

/** Everything on standard input; read once, however many questions are asked of it. */
export async function readStdin(stream: NodeJS.ReadStream = process.stdin): Promise<Uint8Array> {
  if (stream !== process.stdin) return await readStream(stream)
  known ??= readStream(stream)
  return await known
}

/** Everything on standard input, at most the limit; a minute without input, or a terminal, is an error instead of a hang. */
async function readStream(stream: NodeJS.ReadStream): Promise<Uint8Array> {
  if (stream.isTTY) throw new UserError('standard input is a terminal; pipe a file into meshctl or specify one with -f')
  const chunks: Uint8Array[] = []
  let total = 0
  let timer: NodeJS.Timeout | undefined
  const watch = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      stream.destroy(new UserError(`nothing arrived on standard input for ${LIMITS.stdinIdleMs / 1000} seconds`))
    }, LIMITS.stdinIdleMs)
  }
  watch()
  try {
    for await (const chunk of stream) {
      watch()
      total += (chunk as Uint8Array).length
      if (total > LIMITS.stdinBytes)
        throw new UserError(`standard input is larger than ${humanSize(LIMITS.stdinBytes)}`)
      chunks.push(chunk as Uint8Array)
    }
  } finally {
    clearTimeout(timer)
  }
  return Buffer.concat(chunks)
}

/** True for gzip data (RFC 1952 magic). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** True for tar data (POSIX ustar magic at offset 257). */
export function isTar(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(257, 262)).toString('latin1') === 'ustar'
}

/** The first bytes of gzip data, enough to recognise a tar header; undefined when they cannot be unpacked. */
export function gunzipHead(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return gunzipSync(bytes.subarray(0, 65_536), {finishFlush: 2 /* Z_SYNC_FLUSH: a prefix is enough */})
  } catch {
    return undefined
  }
}

/** A gzipped file as its content; damage, truncation and bombs are errors that name the file. */
export function unpacked(file: InputFile, maxBytes: number = LIMITS.fileBytes): InputFile {
  if (!isGzip(file.bytes)) return file
  try {
    return {label: file.label, bytes: gunzipSync(file.bytes, {maxOutputLength: maxBytes})}
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new UserError(`${file.label} is larger than ${humanSize(maxBytes)} when unpacked`)
    }
    throw new UserError(`${file.label} is gzip data that cannot be unpacked: ${(error as Error).message}`, {
      hint: 'It may be damaged or truncated.',
    })
  }
}
