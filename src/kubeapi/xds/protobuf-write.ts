/** One field of a protobuf message; strings, bytes and messages are length-delimited, whole numbers are varints (protobuf.dev, "Encoding"). */
export function writeField(number: number, value: string | number | Uint8Array): Buffer {
  if (typeof value === 'number') return Buffer.concat([varint(number * 8), varint(value)])
  const bytes = Buffer.from(value)
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes])
}

/** A message: its fields one after the other. */
export function writeMessage(...fields: readonly Uint8Array[]): Buffer {
  return Buffer.concat(fields)
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  return Buffer.from([...bytes, rest])
}
