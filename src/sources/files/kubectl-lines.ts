import {newSideOfDiff} from '../../formats/wrapped-text/unified-diff.js'

/** What kubectl writes before a program's output if both streams were saved together (`2>&1`, a terminal's copy). */
const KUBECTL = [
  /^Defaulted container ".*" out of: .*$/,
  /^Defaulting container name to .*$/,
  /^Use 'kubectl describe .*' to see all of the containers in this pod\.$/,
  /^Unable to use a TTY - .*$/,
  /^If you don't see a command prompt, try pressing enter\.$/,
]
const HEAD_BYTES = 4096
const LINE_FEED = 10

/** Content without the lines kubectl wrote before it, and those lines. Only lines of at most 4 KiB are considered. */
export function withoutKubectlLines(content: Uint8Array): {
  readonly bytes: Uint8Array
  readonly skipped: readonly string[]
} {
  const skipped: string[] = []
  let bytes = content
  for (;;) {
    const end = bytes.subarray(0, HEAD_BYTES).indexOf(LINE_FEED)
    const line = Buffer.from(bytes.subarray(0, Math.max(0, end)))
      .toString('utf8')
      .replace(/^\ufeff/, '')
      .trim()
    if (!KUBECTL.some(known => known.test(line))) return {bytes, skipped}
    skipped.push(line)
    bytes = bytes.subarray(end + 1)
  }
}

/** A larger diff is not one of manifests that a person pastes. */
const MAX_DIFF = 4 * 1024 * 1024

/** A diff of manifests as the text it leads to, with a remark on what it lacks; other content as it is. */
export function withoutDiff(content: Uint8Array): {readonly bytes: Uint8Array; readonly remark?: string} {
  if (content.length > MAX_DIFF) return {bytes: content}
  const found = newSideOfDiff(
    Buffer.from(content)
      .toString('utf8')
      .replace(/^\ufeff/, ''),
  )
  if (found === undefined) return {bytes: content}
  return {
    bytes: Buffer.from(found.text),
    remark: 'a diff: its new side is read; lines of the files that the diff leaves out are unknown',
  }
}
