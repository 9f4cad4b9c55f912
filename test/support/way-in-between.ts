import http from 'node:http'
import net, {type AddressInfo, type Socket} from 'node:net'

export interface InBetween {
  readonly url: string
  /** The addresses that were asked for. */
  readonly asked: string[]
  close(): Promise<void>
}

async function start(server: net.Server, scheme: string, asked: string[]): Promise<InBetween> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {url, asked, close: () => new Promise(resolve => server.close(() => resolve()))}
}

function join(a: Socket, b: Socket): void {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.on('error', () => to.destroy())
    from.on('close', () => to.destroy())
    from.pipe(to)
  }
}

/** A proxy that tunnels by CONNECT, or answers each with a status of its own. */
export async function connectProxy(refuseWith?: number): Promise<InBetween> {
  const asked: string[] = []
  const server = http.createServer()
  server.on('connect', (request, socket: Socket) => {
    asked.push(request.url ?? '')
    socket.on('error', () => undefined)
    if (refuseWith !== undefined) {
      socket.end(`HTTP/1.1 ${refuseWith} X\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    const [host = '', port = ''] = (request.url ?? '').split(':')
    const onward = net.connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      join(socket, onward)
    })
    onward.on('error', () => socket.destroy())
  })
  return start(server, 'http', asked)
}

/** A SOCKS5 proxy without authentication, for IPv4 and names (RFC 1928). */
export async function socksProxy(): Promise<InBetween> {
  const asked: string[] = []
  const server = net.createServer(socket => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      socket.write(Buffer.from([5, 0]))
      socket.once('data', (request: Buffer) => {
        const named = request[3] === 3
        const length = named ? (request[4] ?? 0) : 4
        const at = named ? 5 : 4
        const host = named ? request.toString('latin1', at, at + length) : [...request.subarray(at, at + 4)].join('.')
        const port = request.readUInt16BE(at + length)
        asked.push(`${host}:${port}`)
        const onward = net.connect(port, host, () => {
          socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
          join(socket, onward)
        })
        onward.on('error', () => socket.destroy())
      })
    })
  })
  return start(server, 'socks5', asked)
}
