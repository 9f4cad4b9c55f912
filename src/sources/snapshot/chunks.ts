/** Chunk sizes of large content: small enough that one change costs little, large enough to keep the number low. */
const MIN = 16 * 1024
const MAX = 256 * 1024
/** A cut where this many low bits of the rolling hash are zero: about every 64 KiB beyond the minimum. */
const MASK = 2 ** 16 - 1

/** 256 fixed pseudo-random 32-bit numbers (xorshift32 from a constant): one per byte value. */
function gearTable(): Uint32Array {
  const table = new Uint32Array(256)
  let state = 0x9e3779b9
  for (let index = 0; index < 256; index++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    table[index] = state >>> 0
  }
  return table
}

const GEAR = gearTable()

function cutAfter(bytes: Uint8Array, start: number): number {
  const end = Math.min(bytes.length, start + MAX)
  let hash = 0
  // Only the last 32 bytes affect a 32-bit gear hash, so hashing starts shortly before the first possible cut.
  for (let at = Math.min(end, start + MIN - 32); at < end; at++) {
    hash = ((hash << 1) + (GEAR[bytes[at] ?? 0] ?? 0)) | 0
    if (at >= start + MIN && (hash & MASK) === 0) return at + 1
  }
  return end
}

/**
 * Splits content at content-defined positions (a gear hash, as in FastCDC by Xia et al., USENIX ATC 2016), so that equal parts of two captures
 * become equal chunks wherever they moved. The chunks in order are the content.
 */
export function chunks(bytes: Uint8Array): readonly Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = cutAfter(bytes, start)
    pieces.push(bytes.subarray(start, end))
    start = end
  }
  return pieces
}
