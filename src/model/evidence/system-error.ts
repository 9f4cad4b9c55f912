import {own} from '../collections/own.js'

/** What the operating system says by error number (errno(3)), in words. */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'a part of the path is not a directory',
  EISDIR: 'is a directory',
  EEXIST: 'it already exists',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is too large',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files in the whole system',
  ENOMEM: 'out of memory',
  EIO: 'input/output error',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the file name is too long',
  EBADF: 'it is closed',
  EPIPE: 'the reader closed it',
}

/** A failed call to the operating system, as Node reports it. */
export interface SystemError extends Error {
  readonly code: string
  readonly syscall: string
  readonly path?: string
}

/** True for a failed call to the operating system: the fault is outside the program. */
export function isSystemError(error: unknown): error is SystemError {
  const known = error as Partial<SystemError> | null | undefined
  return error instanceof Error && typeof known?.code === 'string' && typeof known?.syscall === 'string'
}

/** Why a call to the operating system failed, in words; the error's own message when no words are known. */
export function systemReason(error: unknown): string {
  const code = (error as Partial<SystemError>)?.code ?? ''
  return own(WORDS, code) ?? (error instanceof Error ? error.message : String(error))
}
