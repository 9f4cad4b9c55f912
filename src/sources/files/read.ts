import {constants, readFileSync, statSync} from 'node:fs'
import {type FileHandle, open} from 'node:fs/promises'
import {setTimeout as wait} from 'node:timers/promises'
import {gunzipSync} from 'node:zlib'
import {systemReason} from '../../model/evidence/system-error.js'
import {UserError} from '../../model/evidence/user-error.js'
import {humanSize} from '../../model/text/human-size.js'
import {LIMITS} from '../limits.js'
import type {InputFile} from './input-file.js'

/** Limits of reading one file. */
export interface ReadLimits {
  readonly maxBytes?: number
  /** How long a pipe or a device may give nothing. */
  readonly idleMs?: number
}

/** A file of known size in few reads; a file that grew meanwhile is read as far as it was. */
async function readSized(file: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(size)
  let filled = 0
  while (filled < size) {
    const {bytesRead} = await file.read(bytes, filled, size - filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}

/**
 * The bytes of a small regular file, read at once: reading without blocking loads more of Node than such a file is worth. Undefined for anything else,
 * and for what cannot be read.
 */
function smallFile(path: string, maxBytes: number): Uint8Array | undefined {
  try {
    const about = statSync(path)
    // Files of /proc have no size.
    if (!about.isFile() || about.size === 0 || about.size > Math.min(LIMITS.smallFileBytes, maxBytes)) return undefined
    return readFileSync(path)
  } catch {
    return undefined
  }
}

/** The next bytes of a file opened without blocking; undefined when there are none yet. */
async function nextChunk(file: FileHandle): Promise<Uint8Array | undefined> {
  try {
    const {bytesRead, buffer} = await file.read(Buffer.allocUnsafe(LIMITS.chunkBytes), 0, LIMITS.chunkBytes, null)
    return buffer.subarray(0, bytesRead)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined
    throw error
  }
}

/** What has no size (a pipe, a device, /proc): read as it comes, at most the limit, and given up when nothing comes. */
async function readUnsized(
  file: FileHandle,
  path: string,
  waitsForWriter: boolean,
  limits: Required<ReadLimits>,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let total = 0
  let pause = 1
  let idleSince = performance.now()
  for (;;) {
    const chunk = await nextChunk(file)
    if (chunk !== undefined && chunk.length > 0) {
      total += chunk.length
      if (total > limits.maxBytes) throw new UserError(`${path} is larger than ${humanSize(limits.maxBytes)}`)
      chunks.push(chunk)
      pause = 1
      idleSince = performance.now()
      continue
    }
    // The end of a named pipe before its first byte only means that no process has opened it for writing yet.
    if (chunk !== undefined && !(waitsForWriter && total === 0)) return Buffer.concat(chunks)
    if (performance.now() - idleSince > limits.idleMs)
      throw new UserError(`nothing arrived on ${path} for ${limits.idleMs / 1000} seconds`)
    await wait(pause)
    pause = Math.min(LIMITS.longestPauseMs, 2 * pause)
  }
}

/** True for a pipe the shell made (`<(command)`), whose writer is there from the start. */
function isInherited(path: string): boolean {
  return /^\/(?:dev|proc\/[^/]+)\/fd\//.test(path)
}

/** The bytes of a file, at most the limit; the caller words the errors of the operating system. Pipes and devices have an idle limit. */
export async function readBounded(path: string, given: ReadLimits = {}): Promise<Uint8Array> {
  const small = smallFile(path, given.maxBytes ?? LIMITS.smallFileBytes)
  if (small !== undefined) return small
  const limits = {maxBytes: given.maxBytes ?? LIMITS.fileBytes, idleMs: given.idleMs ?? LIMITS.stdinIdleMs}
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const info = await file.stat()
    if (info.isDirectory()) throw Object.assign(new Error('is a directory'), {code: 'EISDIR', syscall: 'read', path})
    if (info.size > limits.maxBytes) {
      throw new UserError(`${path} is larger than ${humanSize(limits.maxBytes)} (${info.size} bytes)`)
    }
    if (info.isFile() && info.size > 0) return await readSized(file, info.size)
    // A device (/dev/zero, a disk) holds no document; it is read only as far as tells that.
    const endless = info.isCharacterDevice() || info.isBlockDevice()
    const maxBytes = endless ? Math.min(limits.maxBytes, LIMITS.deviceBytes) : limits.maxBytes
    return await readUnsized(file, path, info.isFIFO() && !isInherited(path), {...limits, maxBytes})
  } finally {
    await file.close()
  }
}

/** The bytes of a file from the command line; a missing, unreadable or oversized file is an error that names it. */
export async function readInput(path: string, limits: ReadLimits = {}): Promise<Uint8Array> {
  try {
    return await readBounded(path, limits)
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`cannot read ${path}: ${systemReason(error)}`)
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
