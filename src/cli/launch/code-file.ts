/** Compiled code of files of units, by their names, and the units that were in use when it was kept. */
export interface CompiledCode {
  readonly units: readonly string[]
  readonly code: ReadonlyMap<string, Uint8Array>
}

/** V8 reads compiled code in place only if its offset is a multiple of this. */
const ALIGNED = 8

interface Head {
  readonly units: readonly string[]
  readonly files: readonly (readonly [name: string, bytes: number])[]
}

function padded(bytes: number): number {
  return Math.ceil(bytes / ALIGNED) * ALIGNED
}

/** Compiled code as the bytes of a file: one line of JSON, then the code of each file of units in its order. */
export function packCode({units, code}: CompiledCode): Buffer {
  const head: Head = {units, files: [...code].map(([name, bytes]) => [name, bytes.length])}
  const line = JSON.stringify(head)
  const parts = [Buffer.from(`${line.padEnd(padded(line.length + 1) - 1)}\n`, 'latin1')]
  for (const bytes of code.values()) parts.push(Buffer.concat([bytes], padded(bytes.length)))
  return Buffer.concat(parts)
}

/** The compiled code that such a file holds; undefined for a truncated one. */
export function unpackCode(bytes: Buffer): CompiledCode | undefined {
  const end = bytes.indexOf('\n')
  if (end < 0) return undefined
  const {units, files} = JSON.parse(bytes.toString('latin1', 0, end)) as Head
  const code = new Map<string, Uint8Array>()
  let at = end + 1
  for (const [name, size] of files) {
    if (at + size > bytes.length) return undefined
    code.set(name, bytes.subarray(at, at + size))
    at += padded(size)
  }
  return {units, code}
}
