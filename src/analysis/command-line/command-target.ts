import {networkCalls} from './network-calls.js'

/** The host, and the port if known, that a command connects to. */
export interface CommandTarget {
  readonly host: string
  readonly port?: number
}

/** The first remote host the command certainly connects to; undefined when it may be the pod itself (`own` are its addresses). */
export function commandTarget(command: readonly string[], own: readonly string[]): CommandTarget | undefined {
  const calls = networkCalls({image: '', command, args: [], variables: {}}, own)
  const [first] = calls
  if (first?.host === undefined || calls.some(({where}) => where !== 'remote')) return undefined
  return {host: first.host, port: first.port}
}
