/** Bytes of one section of a config_dump, found without parsing what surrounds it. */
export interface Slice {
  readonly type: string
  readonly start: number
  readonly end: number
}

const HEAD_BYTES = 512
const TAIL_BYTES = 64
const HEAD = /^\{\s*"configs": \[\n( +)\{\n( +)"@type": "/
const TAIL = /\n *\}\n *\]\n\}\s*$/

function latin1(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('latin1', start, end)
}

/** The `@type` that stands first in a section. */
function typeAt(bytes: Buffer, start: number): string | undefined {
  return /^\{\s*"@type": "([^"\\]*)"/.exec(latin1(bytes, start, Math.min(start + HEAD_BYTES, bytes.length)))?.[1]
}

/**
 * Where the sections of a pretty-printed config_dump begin and end, as Envoy's admin page prints it: one section per
 * object of `configs`, `@type` first, indentation telling the depth (a JSON string holds no raw newline, so a line that
 * starts a section can be nothing else). Undefined for any other layout; the caller then parses everything.
 */
export function sectionSlices(content: Uint8Array): readonly Slice[] | undefined {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length)
  const head = HEAD.exec(latin1(bytes, 0, Math.min(HEAD_BYTES, bytes.length)))
  const tail = TAIL.exec(latin1(bytes, Math.max(0, bytes.length - TAIL_BYTES), bytes.length))
  const [, outer, inner] = head ?? []
  if (outer === undefined || inner === undefined || tail === null) return undefined
  const border = Buffer.from(`\n${outer}},\n${outer}{\n${inner}"@type": "type.googleapis.com/envoy.admin.`, 'latin1')
  const toStart = `\n${outer}},\n${outer}`.length
  const toEnd = `\n${outer}}`.length
  const slices: Slice[] = []
  let start = bytes.indexOf('{', 1)
  for (;;) {
    const next = bytes.indexOf(border, start)
    const type = typeAt(bytes, start)
    if (type === undefined) return undefined
    const end = next < 0 ? bytes.length - tail[0].length + toEnd : next + toEnd
    slices.push({type, start, end})
    if (next < 0) return slices
    start = next + toStart
  }
}
