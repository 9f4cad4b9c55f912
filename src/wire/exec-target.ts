import type {Writable} from 'node:stream'

export interface ExecTarget {
  readonly namespace: string
  readonly pod: string
  readonly container?: string
  readonly argv: readonly string[]
  /** The command as it is named in traces and errors, when argv would not be read. */
  readonly shown?: string
}

export interface ExecStreams {
  readonly stdout: Writable
  readonly stderr: Writable
  /** Sent completely, then closed; requires version 5 of the protocol, the first that can close stdin. */
  readonly stdin?: Uint8Array
}

/** The API path that runs argv in a container: one `command` per word, no shell, only the booleans that are true. */
export function execPath(target: ExecTarget, stdin: boolean): string {
  const query = new URLSearchParams()
  for (const word of target.argv) query.append('command', word)
  if (target.container !== undefined) query.append('container', target.container)
  if (stdin) query.append('stdin', 'true')
  query.append('stdout', 'true')
  query.append('stderr', 'true')
  const pod = `/api/v1/namespaces/${encodeURIComponent(target.namespace)}/pods/${encodeURIComponent(target.pod)}`
  return `${pod}/exec?${query.toString()}`
}
