import {readdirSync, readFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {parseSockets, withOwners} from '../../../src/formats/sockets/parse.js'
import {type ListeningSocket, type SocketTable, socketAddress, socketReach} from '../../../src/model/kernel/socket.js'

const SAMPLES = resolve('src/formats/sockets/samples')

function read(name: string): SocketTable {
  const answer = parseSockets({bytes: readFileSync(join(SAMPLES, `${name}.txt`))})
  if (!answer.ok) throw new Error(answer.gap.detail)
  return answer.value
}

function rows(table: SocketTable, protocol?: string): string[] {
  return table.sockets
    .filter(socket => protocol === undefined || socket.protocol === protocol)
    .map(socket => `${socket.protocol} ${socketAddress(socket)} x${socket.count}`)
    .sort()
}

/** The sockets the processes of the recording were started with, from their start parameters. */
const TCP = [
  'tcp *:15001 x2',
  'tcp *:15006 x2',
  'tcp *:15020 x1',
  'tcp *:15021 x2',
  'tcp *:15090 x2',
  'tcp *:3000 x1',
  'tcp *:4000 x1',
  'tcp *:8080 x1',
  'tcp 10.10.0.2:9090 x1',
  'tcp 127.0.0.1:15000 x1',
  'tcp 127.0.0.1:15004 x1',
  'tcp 127.0.0.1:15053 x1',
  'tcp 127.0.0.1:7070 x1',
  'tcp [::1]:6010 x1',
  'tcp [fd00:10::2]:9191 x1',
]
const UDP = ['udp *:5353 x1', 'udp *:8125 x1', 'udp 127.0.0.1:15053 x1']

describe('one set of sockets in every tool', () => {
  test.each([
    ['ss-ltn', 'ss'],
    ['ss-Hltnp-root', 'ss'],
    ['ss-tan', 'ss'],
    ['ss-ltnpe', 'ss'],
    ['ss-ltnp-1337-nocaps', 'ss'],
    ['ss-lntup-root', 'ss'],
    ['netstat-ntulp-root', 'netstat'],
    ['netstat-nap-root', 'netstat'],
    ['netstat-ntlp-1337', 'netstat'],
    ['busybox-netstat-ltn', 'netstat'],
    ['lsof', 'lsof'],
    ['proc-net-combined', 'proc-net'],
  ])('%s', (name, form) => {
    const table = read(name)
    expect(table.form).toBe(form)
    expect(table.unreadable).toEqual([])
    expect(rows(table, 'tcp')).toEqual(TCP)
  })

  test.each(['ss-lntup-root', 'ss-lunp', 'netstat-ntulp-root', 'netstat-nap-root', 'proc-net-combined'])(
    '%s: udp',
    name => {
      expect(rows(read(name), 'udp')).toEqual(UDP)
    },
  )

  test('ss alone tells an IPv6-only socket from one that serves both', () => {
    const serves = (name: string, port: number) => read(name).sockets.find(socket => socket.port === port)?.serves
    expect(serves('ss-ltn', 3000)).toBe('both')
    expect(serves('ss-ltn', 4000)).toBe('ipv6')
    expect(serves('netstat-ntulp-root', 3000)).toBe('ipv6-and-maybe-ipv4')
    expect(serves('proc-net-combined', 4000)).toBe('ipv6-and-maybe-ipv4')
    expect(serves('ss-ltn', 8080)).toBe('ipv4')
  })

  test('owners: process where it may be seen, uid from /proc/net', () => {
    const byPort = (table: SocketTable, port: number) => table.sockets.find(socket => socket.port === port)
    expect(byPort(read('ss-lntup-root'), 15001)).toMatchObject({process: 'envoy', pid: 9386})
    expect(byPort(read('ss-ltnp-1337-nocaps'), 8080)?.process).toBeUndefined()
    expect(byPort(read('ss-ltnpe'), 15001)?.uid).toBe(1337)
    expect(byPort(read('netstat-ntlp-1337'), 9090)?.process).toBeUndefined()
    const joined = withOwners(read('ss-ltnp-1337-nocaps'), read('proc-net-combined'))
    expect(byPort(joined, 8080)?.uid).toBe(1000)
    expect(byPort(joined, 3000)?.uid).toBe(1000)
    expect(byPort(joined, 15020)?.uid).toBe(1337)
    expect(joined.sockets.every(socket => socket.uid !== undefined)).toBe(true)
  })
})

describe('what is not a list of sockets', () => {
  const gap = (text: string) => {
    const answer = parseSockets({bytes: Buffer.from(text)})
    return answer.ok ? undefined : answer.gap
  }

  test('a tool that refuses is a gap with its own words', () => {
    const answer = parseSockets({bytes: readFileSync(join(SAMPLES, 'busybox-no-p-option.txt'))})
    expect(answer.ok ? undefined : answer.gap).toMatchObject({
      reason: 'no-tool',
      detail: "netstat: invalid option -- 'p'",
    })
    expect(gap('exec: "ss": executable file not found in $PATH: unknown')?.reason).toBe('no-tool')
  })

  test('empty and foreign text are unreadable', () => {
    expect(gap('')).toMatchObject({reason: 'unreadable', detail: 'it is empty'})
    expect(gap('<html>')?.reason).toBe('unreadable')
  })

  test('a header without rows is an empty list, not an error', () => {
    const answer = parseSockets({
      bytes: Buffer.from('State  Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess\n'),
    })
    expect(answer).toMatchObject({ok: true, value: {form: 'ss', sockets: []}})
  })

  test('a socket line that cannot be read is kept as such', () => {
    const answer = parseSockets({
      bytes: Buffer.from('LISTEN 0 128 nonsense:80 0.0.0.0:*\nLISTEN 0 128 0.0.0.0:81 0.0.0.0:*\n'),
    })
    expect(answer).toMatchObject({ok: true, value: {unreadable: ['LISTEN 0 128 nonsense:80 0.0.0.0:*']}})
    expect(answer.ok && answer.value.sockets).toHaveLength(1)
  })

  test('program names with blanks, and the docker resolver, are read', () => {
    const text = [
      'tcp        0      0 0.0.0.0:80     0.0.0.0:*     LISTEN      1/nginx: master pro',
      'tcp        0      0 127.0.0.11:38786     0.0.0.0:*     LISTEN      -',
      'udp        0      0 127.0.0.11:35949     0.0.0.0:*                 -',
    ].join('\n')
    const answer = parseSockets({bytes: Buffer.from(text)})
    const sockets = answer.ok ? answer.value.sockets : []
    expect(sockets.map(({port, process}) => [port, process])).toEqual([
      [80, 'nginx: master pro'],
      [35949, undefined],
      [38786, undefined],
    ])
  })

  test('every truncation of every sample parses without throwing', () => {
    for (const name of readdirSync(SAMPLES)) {
      const bytes = readFileSync(join(SAMPLES, name))
      for (let end = 0; end < bytes.length; end += 7) {
        const answer = parseSockets({bytes: bytes.subarray(0, end)})
        expect(answer.ok || answer.gap.detail.length > 0).toBe(true)
      }
    }
  })

  test('a row cut anywhere is said not to be read, or says what the whole row says', () => {
    const without = ({line: _, count: __, ...rest}: ListeningSocket) => Object.entries(rest)
    const says = (one: ListeningSocket, other: ListeningSocket) =>
      without(one).every(([field, value]) => other[field as keyof ListeningSocket] === value)
    // netstat's last column is free text of any length: a truncated one cannot be distinguished from a short name.
    for (const name of readdirSync(SAMPLES).filter(each => !each.startsWith('netstat'))) {
      const text = readFileSync(join(SAMPLES, name), 'utf8')
      const whole = parseSockets({bytes: Buffer.from(text)})
      if (!whole.ok) continue
      const known = whole.value.sockets
      for (let end = text.indexOf('\n') + 1; end < text.length; end += 3) {
        const cut = parseSockets({bytes: Buffer.from(text.slice(0, end))})
        if (!cut.ok || cut.value.unreadable.length > 0) continue
        expect(cut.value.sockets.filter(socket => !known.some(each => says(socket, each)))).toEqual([])
      }
    }
  })

  test.each([
    ['a row cut within its first word', 'State  Recv-Q\nLISTEN 0 5 0.0.0.0:80 0.0.0.0:*\nLIS', 'LIS'],
    ['a header with something else below', 'State  Recv-Q\nfoo\n', 'foo'],
  ])('%s is reported', (_what, text, line) => {
    const table = parseSockets({bytes: Buffer.from(text)})
    expect(table.ok && table.value.unreadable).toEqual([line])
  })

  test('a prompt pasted with the rows is not a row', () => {
    const table = parseSockets({bytes: Buffer.from('State Recv-Q\nLISTEN 0 5 0.0.0.0:80 0.0.0.0:*\nroot@pod:/# \n')})
    expect(table.ok && [table.value.sockets.length, table.value.unreadable]).toEqual([1, []])
  })
})

test('who can connect to an address', () => {
  expect(['0.0.0.0', '::', '127.0.0.1', '127.9.0.1', '::1', '10.0.0.1', 'fd00::1'].map(socketReach)).toEqual([
    'everywhere',
    'everywhere',
    'loopback',
    'loopback',
    'loopback',
    'one address',
    'one address',
  ])
})

test('a netstat row that lost a column while it was pasted is still read', () => {
  // As a runbook shows it: indented, one queue column missing, the program's name cut.
  const pasted =
    '\tProto Recv-Q Send-Q Local Address       Foreign Address      State      PID/Program name\n\ttcp     0          0.0.0.0:80             0.0.0.0:*          LISTEN     1/nginx: master pro\n'
  const table = parseSockets({bytes: Buffer.from(pasted)})
  expect(table.ok && table.value.sockets.map(({address, port, process}) => ({address, port, process}))).toEqual([
    {address: '0.0.0.0', port: 80, process: 'nginx: master pro'},
  ])
})
