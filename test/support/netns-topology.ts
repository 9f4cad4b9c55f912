import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process'
import {createInterface} from 'node:readline'
import {gone, inside, joinedNamespaces, must, ran, started} from './netns.js'
import {PLACES, PORTS} from './random-rules.js'

/** What became of a packet that was really sent. */
export interface Sent {
  readonly outcome: 'delivered' | 'refused' | 'timeout'
  readonly landed?: string
}

/** A packet to send: from the pod (as a user and group) or from the peer. */
export interface ToSend {
  readonly from: 'pod' | 'peer'
  readonly protocol: 'tcp' | 'udp'
  readonly address: string
  readonly port: number
  readonly uid: number
  readonly gid: number
}

/** Answers every connection and datagram with the name of the namespace and the port it came in on; one UDP socket per address, so that answers come from it. */
const SERVER = `
const [where, addresses, ...ports] = process.argv.slice(1)
let open = ports.length * (1 + addresses.split(',').length)
const ready = () => { if (--open === 0) console.log('ready') }
for (const port of ports.map(Number)) {
  require('node:net').createServer(s => { s.on('error', () => {}); s.end(where + ':' + port) }).listen(port, '::', ready)
  for (const address of addresses.split(',')) {
    const udp = require('node:dgram').createSocket(address.includes(':') ? 'udp6' : 'udp4')
    udp.on('message', (_, from) => udp.send(where + ':' + port, from.port, from.address)).bind(port, address, ready)
  }
}
`

/** Sends one packet per line of standard input, under the user and group it names until it is answered, and tells what answered. */
const CLIENT = `
const rl = require('node:readline').createInterface({input: process.stdin})
function tcp({address, port}, done) {
  const socket = require('node:net').connect({host: address, port})
  let text = ''
  const end = outcome => { socket.destroy(); done(outcome) }
  // A refusal by ICMPv6 is heeded for the second SYN only, which follows after a second.
  socket.setTimeout(address.includes(':') ? 1600 : 400, () => end({outcome: 'timeout'}))
  socket.on('data', data => { text += data })
  socket.on('end', () => end({outcome: 'delivered', landed: text}))
  socket.on('error', error => end({outcome: error.code === 'ECONNREFUSED' ? 'refused' : error.code === 'EPERM' ? 'timeout' : 'error ' + error.code}))
}
function udp({address, port}, done) {
  const socket = require('node:dgram').createSocket(address.includes(':') ? 'udp6' : 'udp4')
  const timer = setTimeout(() => end({outcome: 'timeout'}), 400)
  const end = outcome => { clearTimeout(timer); try { socket.close() } catch {} ; done(outcome) }
  socket.on('message', data => end({outcome: 'delivered', landed: String(data)}))
  socket.on('error', error => end({outcome: error.code === 'ECONNREFUSED' ? 'refused' : 'timeout'}))
  socket.connect(port, address, () => socket.send('x', error => { if (error) end({outcome: error.code === 'ECONNREFUSED' ? 'refused' : 'timeout'}) }))
}
rl.on('line', line => {
  const packet = JSON.parse(line)
  let reported = false
  process.setegid(packet.gid)
  process.seteuid(packet.uid)
  ;(packet.protocol === 'tcp' ? tcp : udp)(packet, answer => {
    if (reported) return
    reported = true
    process.seteuid(0)
    process.setegid(0)
    console.log(JSON.stringify(answer))
  })
})
`

/** Two namespaces joined by a cable: the pod (10.50.0.2, fd50::2), and a peer that answers for every other address. */
export interface NetnsTopology {
  readonly pod: string
  inPod(
    argv: readonly string[],
    input?: string,
  ): {readonly status: number | null; readonly stdout: string; readonly stderr: string}
  send(packet: ToSend): Promise<Sent>
  close(): Promise<void>
}

/** True where network namespaces and iptables can be used: as root, with the programs installed. */
export function canBuildTopology(): boolean {
  if (process.getuid?.() !== 0) return false
  const name = `mct${process.pid}x`
  if (ran(['ip', 'netns', 'add', name]).status !== 0) return false
  const works = ran(['ip', 'netns', 'exec', name, 'iptables-restore', '--version']).status === 0
  ran(['ip', 'netns', 'del', name])
  return works
}

async function startServer(
  name: string,
  where: string,
  addresses: readonly string[],
): Promise<ChildProcessWithoutNullStreams> {
  const argv = [process.execPath, '-e', SERVER, where, addresses.join(','), ...PORTS.map(String)]
  return await started(inside(name, argv), 'the listener')
}

function startClient(name: string) {
  const [program = '', ...args] = inside(name, [process.execPath, '-e', CLIENT])
  const child = spawn(program, args)
  const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]()
  return {
    child,
    ask: async (packet: ToSend): Promise<Sent> => {
      child.stdin.write(`${JSON.stringify(packet)}\n`)
      const {value} = await lines.next()
      return JSON.parse(String(value)) as Sent
    },
  }
}

/** Builds the topology; `close` ends its processes and removes its namespaces. */
export async function buildTopology(): Promise<NetnsTopology> {
  const pod = `mct${process.pid}p`
  const peer = `mct${process.pid}q`
  joinedNamespaces(pod, peer)
  for (const [name, who] of [
    [pod, 'own'],
    [peer, 'peer'],
  ] as const) {
    // Refusals by ICMP are rationed to a few a second, which would look like timeouts.
    must(inside(name, ['sysctl', '-qw', 'net.ipv4.icmp_ratelimit=0', 'net.ipv6.icmp.ratelimit=0']))
    must(inside(name, ['ip', 'addr', 'add', `${PLACES.ip[who]}/24`, 'dev', 'eth0']))
    must(inside(name, ['ip', 'addr', 'add', `${PLACES.ip6[who]}/64`, 'dev', 'eth0', 'nodad']))
    must(inside(name, ['ip', 'link', 'set', 'eth0', 'up']))
  }
  const both = Object.values(PLACES)
  for (const {peer: via, networks} of both) {
    must(inside(pod, ['ip', 'route', 'add', 'default', 'via', via]))
    for (const range of networks) must(inside(peer, ['ip', 'route', 'add', 'local', range, 'dev', 'lo']))
  }
  // A datagram can be answered from an address of a routed network only with leave to bind to it.
  for (const name of [pod, peer]) must(inside(name, ['sysctl', '-qw', 'net.ipv6.ip_nonlocal_bind=1']))
  const servers = [
    await startServer(
      pod,
      'pod',
      both.flatMap(({own, loopback}) => [own, loopback]),
    ),
    await startServer(
      peer,
      'peer',
      both.flatMap(({remotes}) => remotes),
    ),
  ]
  const clients = {pod: startClient(pod), peer: startClient(peer)}
  return {
    pod,
    inPod: (argv, input) => ran(inside(pod, argv), input),
    send: packet => clients[packet.from].ask(packet),
    close: async () => {
      for (const child of [...servers, clients.pod.child, clients.peer.child]) await gone(child, 'SIGTERM')
      for (const name of [pod, peer]) ran(['ip', 'netns', 'del', name])
    },
  }
}
