// What any Node program must do at least to put questions to a cluster: loads https, sends the same requests, and parses what comes. Connections to
// the API server are reused; a page of a pod comes by a port-forward over a WebSocket, a command's output by exec, on a connection that was open already if one is free.
// usage: floor-live.cjs KUBECONFIG CALLS.json, which lists rounds of calls: a round is sent at once, the next when it is answered.
const {readFileSync} = require('node:fs')
const https = require('node:https')

const [, , kubeconfig, plan] = process.argv
const config = JSON.parse(readFileSync(kubeconfig, 'utf8'))
const {server, 'certificate-authority-data': authority} = config.clusters[0].cluster
const headers = {Authorization: `Bearer ${config.users[0].user.token}`}
const agent = new https.Agent({keepAlive: true, maxSockets: 8, ca: Buffer.from(authority, 'base64')})

/** Parses what looks like JSON. */
function parsed(bytes) {
  return bytes[0] === 0x7b || bytes[0] === 0x5b ? JSON.parse(bytes.toString('utf8')) : bytes.length
}

function get(path) {
  return new Promise((done, fail) => {
    https
      .get(server + path, {agent, headers}, response => {
        const chunks = []
        response.on('data', chunk => chunks.push(chunk))
        response.on('end', () => done(parsed(Buffer.concat(chunks))))
      })
      .on('error', fail)
  })
}

/** One masked frame of a client (RFC 6455, 5.2); a mask of zeros leaves the payload as it is. */
function frame(opcode, payload) {
  const long = payload.length > 125
  const head = Buffer.alloc(long ? 8 : 6)
  head[0] = 0x80 | opcode
  head[1] = 0x80 | (long ? 126 : payload.length)
  if (long) head.writeUInt16BE(payload.length, 2)
  return Buffer.concat([head, payload])
}

/** Opens a WebSocket and hands over the payload of each message; `end` when the server closes it. */
function upgrade(path, protocol, onOpen, onMessage, end, fail) {
  const key = Buffer.from('a floor of a day').toString('base64')
  const own = {
    ...headers,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': key,
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Protocol': protocol,
  }
  const request = https.get(server + path, {agent, headers: own})
  request.on('error', fail)
  request.on('upgrade', (_, socket, head) => {
    let held = head
    const read = chunk => {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
      while (held.length >= 2) {
        const short = held[1] & 0x7f
        const skip = short === 126 ? 4 : short === 127 ? 10 : 2
        if (held.length < skip) return
        const size = short === 126 ? held.readUInt16BE(2) : short === 127 ? Number(held.readBigUInt64BE(2)) : short
        if (held.length < skip + size) return
        const payload = held.subarray(skip, skip + size)
        const opcode = held[0] & 0xf
        held = held.subarray(skip + size)
        if (opcode === 8) {
          socket.destroy()
          return end()
        }
        onMessage(payload, socket)
      }
    }
    socket.on('data', read)
    socket.on('error', () => {})
    onOpen(data => socket.write(frame(2, data)), socket)
    read(Buffer.alloc(0))
  })
}

/** A page of a port in a pod: `{pod: 'NAMESPACE/NAME', port, path}`. */
function page({pod, port, path}) {
  const [namespace, name] = pod.split('/')
  return new Promise((done, fail) => {
    let text = Buffer.alloc(0)
    let length
    const greeted = [false, false]
    upgrade(
      `/api/v1/namespaces/${namespace}/pods/${name}/portforward?ports=${port}`,
      'v4.channel.k8s.io',
      send => send(Buffer.from(`\0GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)),
      (payload, socket) => {
        const channel = payload[0]
        let data = payload.subarray(1)
        if (!greeted[channel]) {
          greeted[channel] = true
          data = data.subarray(2)
        }
        if (channel !== 0 || data.length === 0) return
        text = text.length === 0 ? data : Buffer.concat([text, data])
        const body = text.indexOf('\r\n\r\n') + 4
        length ??= body < 4 ? undefined : Number(/content-length: (\d+)/i.exec(text.toString('latin1', 0, body))?.[1])
        if (length === undefined || text.length < body + length) return
        socket.destroy()
        done(parsed(text.subarray(body)))
      },
      () => done(parsed(text.subarray(text.indexOf('\r\n\r\n') + 4))),
      fail,
    )
  })
}

/** What a command prints in a container: `{pod, container, command: [...]}`. */
function exec({pod, container, command}) {
  const [namespace, name] = pod.split('/')
  const words = command.map(word => `command=${encodeURIComponent(word)}`).join('&')
  return new Promise((done, fail) => {
    const out = []
    upgrade(
      `/api/v1/namespaces/${namespace}/pods/${name}/exec?container=${container}&stdout=true&stderr=true&${words}`,
      'v5.channel.k8s.io',
      () => {},
      payload => out.push(payload.subarray(1)),
      () => done(Buffer.concat(out).toString('utf8').length),
      fail,
    )
  })
}

function call(each) {
  if (typeof each === 'string') return get(each)
  return each.command === undefined ? page(each) : exec(each)
}

async function run() {
  let answers = 0
  for (const round of JSON.parse(readFileSync(plan, 'utf8'))) answers += (await Promise.all(round.map(call))).length
  process.stdout.write(`${answers} answers\n`)
  agent.destroy()
}

run()
