/** A protobuf message read without its schema: each field's values in order (protobuf.dev, "Encoding"). */
export type ProtobufFields = ReadonlyMap<number, readonly (Buffer | number)[]>

/** Reads one message; undefined when the bytes are not one. */
export function readMessage(bytes: Buffer): ProtobufFields | undefined {
  const fields = new Map<number, (Buffer | number)[]>()
  let at = 0
  const varint = (): number | undefined => {
    let value = 0
    for (let shift = 0; shift < 64; shift += 7) {
      const byte = bytes[at++]
      if (byte === undefined) return undefined
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    return undefined
  }
  while (at < bytes.length) {
    const key = varint()
    if (key === undefined) return undefined
    const wire = key & 7
    let value: Buffer | number | undefined
    if (wire === 0) value = varint()
    else {
      const length = wire === 2 ? varint() : wire === 1 ? 8 : wire === 5 ? 4 : undefined
      if (length === undefined || at + length > bytes.length) return undefined
      value = bytes.subarray(at, at + length)
      at += length
    }
    if (value === undefined) return undefined
    const number = Math.floor(key / 8)
    fields.set(number, [...(fields.get(number) ?? []), value])
  }
  return fields
}

/** The text of a string field; empty when it is not there. */
export function textField(fields: ProtobufFields | undefined, number: number): string {
  const value = fields?.get(number)?.at(-1)
  return Buffer.isBuffer(value) ? value.toString('utf8') : ''
}

/** A field that is a message itself. */
export function messageField(fields: ProtobufFields | undefined, number: number): ProtobufFields | undefined {
  const value = fields?.get(number)?.at(-1)
  return Buffer.isBuffer(value) ? readMessage(value) : undefined
}
