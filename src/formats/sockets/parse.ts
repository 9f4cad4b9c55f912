import {type Answer, answered, missing} from '../../model/evidence/answer.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import type {ListeningSocket, SocketForm, SocketTable} from '../../model/kernel/socket.js'
import {byText} from '../../model/text/order.js'
import {unwrapLines} from '../wrapped-text/unwrap.js'
import type {LineReading, SocketLine} from './line.js'
import {readLsofLine} from './lsof.js'
import {readNetstatLine} from './netstat.js'
import {readProcNetLine} from './proc-net.js'
import {CUT_SS, readSsLine} from './ss.js'

interface Form {
  readonly name: SocketForm
  /** A header only this tool prints. */
  readonly header: RegExp
  /** A line that claims to be a socket of this tool. */
  readonly row: RegExp
  readonly read: (line: string) => LineReading
  /** How a last line looks that was cut in the middle. */
  readonly cut?: RegExp
}

const FORMS: readonly Form[] = [
  {
    name: 'proc-net',
    header: /^\s*sl\s+local_address/,
    row: /^\s*\d+:\s+[0-9A-Fa-f]{8}/,
    read: readProcNetLine,
  },
  {
    name: 'netstat',
    header: /^Active Internet connections|^Proto\s+Recv-Q/,
    row: /^\s*(tcp|udp)(6|46)?\s+\d+\s+(\d+\s|\S*:[\d*])/,
    read: readNetstatLine,
  },
  {
    name: 'ss',
    header: /^(Netid\s+)?State\s+Recv-Q/,
    row: /^\s*((tcp|udp)\s+)?(LISTEN|UNCONN|ESTAB|SYN-\w+|FIN-WAIT-\d|TIME-WAIT|CLOSE-WAIT|CLOSING|LAST-ACK)\s+\d+\s+\d+\s/,
    read: readSsLine,
    cut: CUT_SS,
  },
  {name: 'lsof', header: /^COMMAND\s+PID/, row: /^\S+\s+\d+\s+\S+\s+\d+\w*\s+IPv[46]\s/, read: readLsofLine},
]

/** The beginning of a row of any of them, such as a cut leaves it. */
const PIECE = /^\s*(tcp\w*|udp\w*|L|LI|LIS|LIST|LISTE|LISTEN|U|UN|UNC|UNCO|UNCON|UNCONN|\d+:)(\s|$)/

const MAX_LINE = 4096

function key({protocol, serves, address, port, process, pid, uid}: SocketLine): string {
  return [protocol, serves, address, port, process, pid, uid].join(' ')
}

/** Equal rows once, with a count, in order of port, protocol and address. */
function counted(lines: readonly SocketLine[]): readonly ListeningSocket[] {
  const groups = new Map<string, ListeningSocket>()
  for (const line of lines) {
    const known = groups.get(key(line))
    groups.set(key(line), known === undefined ? {...line, count: 1} : {...known, count: known.count + 1})
  }
  return [...groups.values()].sort(
    (a, b) => a.port - b.port || byText(a.protocol, b.protocol) || byText(a.address, b.address),
  )
}

function complaint(text: string): string | undefined {
  const line = text
    .split('\n')
    .find(each => /invalid option|not found|Permission denied|No such file|Cannot open|unrecognized option/i.test(each))
  return line?.trim().slice(0, 200)
}

function hasRows(text: string): boolean {
  return text.split('\n').some(line => FORMS.some(({row}) => row.test(line.slice(0, MAX_LINE))))
}

/** The text without what kubectl --prefix, stern or a collector put before each line, where it holds rows then. */
function withoutPrefixes(given: string): string {
  const text = unwrapLines(given)
    .filter(({command}) => command !== true)
    .map(line => line.text)
    .join('\n')
  return hasRows(text) ? text : given
}

/** The listening sockets in the output of ss, netstat, /proc/net or lsof, recognised by itself; a text that is none of them is a gap that says why. */
export function parseSockets(artifact: Pick<Artifact, 'bytes'>, what = 'listening sockets'): Answer<SocketTable> {
  const given = Buffer.from(artifact.bytes).toString('utf8')
  const text = hasRows(given) ? given : withoutPrefixes(given)
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  const unix = lines.findIndex(line => line.startsWith('Active UNIX domain sockets'))
  const inet = (unix < 0 ? lines : lines.slice(0, unix)).map(line => line.slice(0, MAX_LINE))
  const form =
    FORMS.find(({row}) => inet.some(line => row.test(line))) ??
    FORMS.find(({header}) => inet.some(line => header.test(line)))
  if (form === undefined) {
    if (text.trim() === '') return missing(what, 'unreadable', 'it is empty')
    const said = complaint(text)
    return said === undefined
      ? missing(what, 'unreadable', 'it is not the output of ss, netstat, lsof or /proc/net')
      : missing(what, 'no-tool', said, 'Read them without any tool: cat /proc/net/tcp /proc/net/tcp6 /proc/net/udp')
  }
  const found: SocketLine[] = []
  const unreadable: string[] = []
  const rows = inet.some(line => form.row.test(line))
  const start = inet.findIndex(line => form.header.test(line) || form.row.test(line))
  const torn = form.cut?.test(inet.at(-1) ?? '') === true
  for (const [index, line] of inet.slice(start).entries()) {
    if (!form.row.test(line)) {
      const stray = rows ? PIECE.test(line) : line.trim() !== ''
      if (stray && !form.header.test(line)) unreadable.push(line.trim())
      continue
    }
    const last = start + index === inet.length - 1
    const reading = torn && last ? 'unreadable' : form.read(line)
    if (reading === 'unreadable') unreadable.push(line.trim())
    else if (reading !== 'other') found.push(reading)
  }
  return answered({form: form.name, sockets: counted(found), unreadable})
}

/** The same sockets with the owner's uid taken from /proc/net where the first tool does not show it. */
export function withOwners(table: SocketTable, owners: SocketTable): SocketTable {
  const uids = new Map(
    owners.sockets.map(({protocol, address, port, uid}) => [`${protocol} ${address} ${port}`, uid] as const),
  )
  return {
    ...table,
    sockets: table.sockets.map(socket => {
      const uid = socket.uid ?? uids.get(`${socket.protocol} ${socket.address} ${socket.port}`)
      return uid === undefined ? socket : {...socket, uid}
    }),
  }
}
