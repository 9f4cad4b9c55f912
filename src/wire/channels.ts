/** Subprotocols and channel framing of the Kubernetes streaming WebSockets (k8s.io/apimachinery/pkg/util/remotecommand). */

export const EXEC_V5 = 'v5.channel.k8s.io'
export const EXEC_V4 = 'v4.channel.k8s.io'
/** Port-forward over a channel WebSocket knows only the fourth version; the channels count per port. */
export const PORT_FORWARD_V4 = 'v4.channel.k8s.io'

/** Channels of exec and attach: every message is one channel byte and a payload. */
export const CHANNEL = {stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4, close: 255} as const

/** Channels of a forward with one port: bytes both ways, and text from the server when it fails. */
export const PORT_CHANNEL = {data: 0, error: 1} as const

/** Payload size of Go's copy buffers; the receiving side rejects frames above 32 MiB and does not accept fragments. */
const MAX_PAYLOAD_BYTES = 32 * 1024

export interface ChannelMessage {
  readonly channel: number
  readonly payload: Buffer
}

/** One message: the channel byte, then the payload. */
export function channelFrame(channel: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(payload.byteLength + 1)
  frame[0] = channel
  frame.set(payload, 1)
  return frame
}

/** Splits a message into channel and payload without copying; undefined for a message that has no channel byte. */
export function readChannelFrame(message: Buffer): ChannelMessage | undefined {
  const [channel] = message
  return channel === undefined ? undefined : {channel, payload: message.subarray(1)}
}

/** The message that ends a channel's stream in version 5 only: the close channel, then the channel that is closed. */
export function closeFrame(channel: number): Buffer {
  return Buffer.from([CHANNEL.close, channel])
}

/** The first message of each channel of a forward names the port, 16 bits little endian. */
export function portFrame(channel: number, port: number): Buffer {
  return Buffer.from([channel, port & 0xff, (port >> 8) & 0xff])
}

/** Splits bytes into chunks that fit into one message. */
export function* payloadPieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += MAX_PAYLOAD_BYTES) yield bytes.subarray(at, at + MAX_PAYLOAD_BYTES)
}
