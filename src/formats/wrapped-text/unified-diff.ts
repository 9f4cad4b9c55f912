/** What a unified diff of manifests becomes: the text it leads to, and what of it is not in the diff. */
export interface NewSide {
  readonly text: string
  /** How many files it changes. */
  readonly files: number
}

const FILE = /^(?:diff -|diff --git |--- )/
const HUNK = /^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@/
/** Lines of git and diff(1) before the first hunk of a file. */
const HEAD =
  /^(?:diff |index |--- |\+\+\+ |(?:new|deleted) file mode |(?:old|new) mode |similarity index |rename |Only in )/
const OBJECT = /^[ +]\s*(?:- )?["']?(?:apiVersion|kind)["']?:/m

/**
 * The new side of a unified diff (git diff, diff -u, kubectl diff) of Kubernetes objects, with a line for each line of the diff, so that places
 * stay true; undefined for other texts.
 */
export function newSideOfDiff(text: string): NewSide | undefined {
  if (!HUNK.test(text) && !/\n@@ -\d/.test(text)) return undefined
  if (!OBJECT.test(text)) return undefined
  const lines = text.split(/\r\n|\n|\r/)
  const out: string[] = []
  let inside = false
  let files = 0
  for (const [index, line] of lines.entries()) {
    if (HUNK.test(line)) {
      inside = true
      out.push('')
    } else if (inside && /^[ +]/.test(line) && !/^\+\+\+ /.test(line)) {
      out.push(line.slice(1))
    } else if (inside && line === '') {
      out.push('')
    } else if ((inside && line.startsWith('-') && !isFileHead(lines, index)) || line.startsWith('\\')) {
      out.push('')
    } else if (HEAD.test(line)) {
      const first = inside || files === 0
      if (first && FILE.test(line)) files += 1
      out.push(first && files > 1 ? '---' : '')
      inside = false
    } else {
      out.push('')
    }
  }
  return files === 0 ? undefined : {text: out.join('\n'), files}
}

/** True for `--- a/file` before `+++ b/file`, which begins like a removed line. */
function isFileHead(lines: readonly string[], at: number): boolean {
  return /^--- /.test(lines[at] ?? '') && /^\+\+\+ /.test(lines[at + 1] ?? '')
}
