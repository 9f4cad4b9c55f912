import {htmlText, isHtml} from '../../formats/html-text.js'
import {embeddedManifests} from '../../formats/kube-manifest/embedded.js'
import {evidenceOfOwnAnswer} from '../../formats/own-answer.js'
import {recognisePasted} from '../../formats/pasted/recognise.js'
import {type Sniffed, sniffAll} from '../../formats/sniff.js'
import {withoutBuildFiles} from './build-files.js'
import type {InputFile} from './input-file.js'
import {withoutDiff, withoutKubectlLines} from './kubectl-lines.js'
import {withoutUtf16} from './utf16.js'

/** A given file and what was recognised in it. */
export interface FileContent extends InputFile {
  /** What it may contain, most specific first. */
  readonly kinds: readonly Sniffed[]
  /** The Kubernetes objects written among other text, when the file does not begin as a manifest. */
  readonly embedded?: Uint8Array
}

/** The given files as recognised, and what was left out of them. */
export interface FileContents {
  readonly contents: readonly FileContent[]
  readonly remarks: readonly string[]
}

/** The most specific thing a file may contain. */
export function firstKind(content: FileContent): Sniffed {
  return content.kinds[0] ?? 'unknown'
}

/** What static site generators keep before the text of a page: fields between two lines of dashes, none of them of an object. */
const FRONT_MATTER =
  /^---[ \t]*\r?\n(?:(?!---|["']?(?:apiVersion|kind)["']?:).*\n){1,60}---[ \t]*\r?\n(?!\s*["']?(?:apiVersion|kind)["']?:)/

/** The first line of a text that is not a comment, after front matter. */
function firstLine({bytes}: FileContent): string {
  const lines = Buffer.from(bytes.subarray(0, 65_536))
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .replace(FRONT_MATTER, '')
    .split('\n')
  return lines.find(line => line.trim() !== '' && !line.startsWith('#')) ?? ''
}

/** True if a text starts like a manifest: with a field, a list, a document mark or JSON, after comments. */
export function startsLikeManifest(content: FileContent): boolean {
  return /^\s*(---|%YAML|[{[]|- |[A-Za-z][\w.-]*:(\s|$))/.test(firstLine(content))
}

/** An answer of meshctl as the evidence it still holds. */
function withOwnEvidence<T extends InputFile>(file: T): T {
  const text = evidenceOfOwnAnswer(file.bytes)
  return text === undefined ? file : {...file, bytes: Buffer.from(text)}
}

/** A file with what it holds; of an HTML page its text, when that is something meshctl knows (an error page of a proxy is not). */
function contentOf({label, bytes}: InputFile): FileContent {
  const kinds = sniffAll(bytes)
  const text = Buffer.from(bytes.subarray(0, 4096)).toString('utf8')
  if (!isHtml(text)) return {label, bytes, kinds}
  const plain = Buffer.from(htmlText(Buffer.from(bytes).toString('utf8')))
  const known = sniffAll(plain)
  const pasted = recognisePasted(label, plain)
  const useful = known[0] !== 'unknown' || pasted.dump.length + pasted.evidence.length + pasted.tables.length > 0
  return useful ? {label, bytes: plain, kinds: known} : {label, bytes, kinds}
}

/** A file with the objects written in it, when they stand among other text. */
function withEmbedded(content: FileContent): FileContent {
  // No field of an object begins with a capital; a word of prose before a colon does.
  const whole = startsLikeManifest(content) && !/^\s*[A-Z]/.test(firstLine(content))
  if (!content.kinds.includes('objects') || whole) return content
  const text = embeddedManifests(Buffer.from(content.bytes).toString('utf8'))
  return text === undefined ? content : {...content, embedded: Buffer.from(text)}
}

/** Recognises what each given file contains. */
export function fileContents(files: readonly InputFile[]): FileContents {
  const given = withoutBuildFiles(files)
  const cleaned = given.files.map(({label, bytes}) => {
    const {bytes: plain, skipped} = withoutKubectlLines(withoutUtf16(bytes))
    return {label, skipped, ...withoutDiff(plain)}
  })
  return {
    contents: cleaned
      .map(({label, bytes}) => withOwnEvidence({label, bytes}))
      .map(contentOf)
      .map(withEmbedded),
    remarks: [
      ...given.remarks,
      ...cleaned.flatMap(({label, remark}) => (remark === undefined ? [] : [`${label} is ${remark}`])),
      ...cleaned.flatMap(file => file.skipped.map(line => `${file.label}: ignored a line of kubectl output: ${line}`)),
    ],
  }
}
