import {type Problem, problemIf} from './problem.js'

/** What an address begins with that is a Unix domain socket. */
export const SOCKET = 'unix://'

/** True for an address of a Unix domain socket. */
export function isSocket(address: string): boolean {
  return address.startsWith(SOCKET)
}

/** True where a socket has an absolute path of a file, or the name of an abstract socket. */
export function hasSocketPath(address: string): boolean {
  const path = address.slice(SOCKET.length)
  return path.startsWith('@') || (path.startsWith('/') && !path.endsWith('/'))
}

/** What is wrong with the address of a socket. */
export function socketProblems(address: string, path: string): readonly Problem[] {
  return problemIf(!hasSocketPath(address), path, `${address} has no absolute path of a file`)
}
