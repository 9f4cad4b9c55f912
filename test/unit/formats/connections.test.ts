import {readdirSync, readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import {parseConnections} from '../../../src/formats/sockets/connections.js'
import {formatIp} from '../../../src/model/kernel/ip-address.js'
import {SHARED, sharedTest} from '../../support/shared-data.js'

const PODS = `${SHARED}/mesh/pods`

function net(pod: string, name: string): string {
  return readFileSync(`${PODS}/${pod}/net/${name}.txt`, 'utf8')
}

/** What netstat(8) printed of the same pod: `proto recv-q send-q local remote state`; it writes IPv4 addresses of IPv6 sockets as IPv4. */
function byNetstat(text: string): readonly string[] {
  return text
    .split('\n')
    .map(line => line.split(/\s+/))
    .filter(([protocol = '', , , , , state]) => protocol.startsWith('tcp') && state === 'ESTABLISHED')
    .map(([, , , local, remote]) => `${local} ${remote}`)
    .sort()
}

describe('connections', () => {
  sharedTest('every pod of the captured mesh: the connections netstat lists', () => {
    for (const pod of readdirSync(PODS)) {
      const text = ['tcp', 'tcp6', 'udp', 'udp6'].map(name => net(pod, `proc_net_${name}`)).join('')
      const {established} = parseConnections(text)
      const found = established.map(
        ({local, localPort, remote, remotePort}) => `${formatIp(local)}:${localPort} ${formatIp(remote)}:${remotePort}`,
      )
      expect([pod, ...found.sort()]).toEqual([pod, ...byNetstat(net(pod, 'netstat-nap'))])
    }
  })

  test('a row of each kind, from /proc/net', () => {
    const {established, listening} = parseConnections(
      [
        '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
        '   0: 00000000:3AF2 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1337        0 268733 1 0000000070baeb56 100 0 0 10 0',
        '  26: 0E00F40A:98DC A7BF600A:3AA4 01 00000000:00000000 02:000A9407 00000000  1337        0 265542 2 0000000004aa94f8 20 4 31 27 -1',
        '  28: 0E00F40A:3AAD 0100F40A:88C6 06 00000000:00000000 03:00000294 00000000     0        0 0 3 00000000132058e6',
      ].join('\n'),
    )
    expect(listening).toEqual([15090])
    expect(established).toMatchObject([{localPort: 39132, remotePort: 15012, uid: 1337}])
    expect(established.map(({local, remote}) => [formatIp(local), formatIp(remote)])).toEqual([
      ['10.244.0.14', '10.96.191.167'],
    ])
  })

  test('nothing is read from what is something else', () => {
    expect(parseConnections('cat: /proc/net/tcp: No such file or directory\n')).toEqual({
      established: [],
      listening: [],
    })
  })
})
