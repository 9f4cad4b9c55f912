import {isObject} from '../decode.js'
import {jsonBlocks} from '../pasted/json-blocks.js'

/** The first field of an object, with what precedes it: indentation, a quotation mark of mail, the dash of a list. */
const START = /^(?<lead>[ \t]*(?:>[ \t]*)*)(?:- )?["']?(?:apiVersion|kind)["']?[ \t]*:[ \t]+\S/
/** A line that YAML of an object may hold: a field, an item of a list, a comment, a closing bracket, or anything indented. */
const LINE = /^(?:\s*$|[ \t]+\S|- |-$|#|["']?[\w@./$-]+["']?[ \t]*:(?:\s|$)|[\]}])/
const FENCE = /^(?:```|~~~|\{code(?::[^}]*)?\}|\{noformat\})/

/** Lines that precede a line of the text and can belong to the same object: fields beside its first one. */
const FIELD = /^["']?(?:apiVersion|kind|metadata|spec|status|data|type|items)["']?[ \t]*:/

interface Found {
  /** The lines of the text, from `from`. */
  readonly from: number
  readonly lines: readonly string[]
}

/** What stands for the name of an object that was pasted without its metadata. */
export const CUT_NAME = '?'

/** A name for an object whose `metadata` a person left out, in the line of the three dots that stand for it. */
function withCutName(own: readonly string[], written: readonly string[]): readonly string[] {
  const at = written.findIndex(line => /^(?:\.{3,}|…)\s*$/.test(line))
  if (at < 0 || own.some(line => /^["']?metadata["']?[ \t]*:/.test(line))) return own
  return own.map((line, index) => (index === at ? `metadata: {name: "${CUT_NAME}"}` : line))
}

/** The YAML object whose first field is in this line, as far as its lines go, without what precedes each. */
function yamlAt(lines: readonly string[], at: number): Found | undefined {
  const lead = START.exec(lines[at] ?? '')?.groups?.lead
  if (lead === undefined) return undefined
  const inner = (index: number): string | undefined => {
    const line = lines[index]
    if (line === undefined) return undefined
    if (line.startsWith(lead)) return line.slice(lead.length)
    return line.trim() === '' || line.trim() === lead.trim() ? '' : undefined
  }
  let from = at
  const belongs = (line: string) => FIELD.test(line) && LINE.test(line)
  while (from > 0 && belongs(inner(from - 1) ?? '')) from -= 1
  const found: string[] = []
  for (let index = from; ; index += 1) {
    const line = inner(index)
    if (line === undefined || FENCE.test(line.trimStart()) || (index > from && /^---/.test(line))) break
    // Three dots are where a person left something out; in YAML they would end the document.
    const elided = /^\s*(?:\.{3,}|…)\s*$/.test(line)
    if (!elided && !LINE.test(line)) break
    found.push(elided ? '' : line)
  }
  return {from, lines: withCutName(found, lines.slice(from, from + found.length))}
}

/** Each JSON object of Kubernetes in a text, on one line. */
function jsonObjects(text: string): readonly Found[] {
  return jsonBlocks(text)
    .filter(({value}) => isObject(value) && typeof value.apiVersion === 'string' && typeof value.kind === 'string')
    .map(({value, line}) => ({from: line - 1, lines: [JSON.stringify(value)]}))
}

/**
 * The Kubernetes objects written in a text among prose, prompts and quotation marks (Markdown, mail, a terminal's copy), as a manifest with a line
 * for each line of the text, so that places stay true; undefined when there are none.
 */
export function embeddedManifests(text: string): string | undefined {
  const lines = text.split(/\r\n|\n|\r/)
  const out = lines.map(() => '')
  const json = jsonObjects(text)
  for (const {from, lines: own} of json) out[from] = `--- ${own[0]}`
  let found = json.length > 0
  for (let at = 0; json.length === 0 && at < lines.length; at += 1) {
    const object = yamlAt(lines, at)
    if (object === undefined) continue
    for (const [index, line] of object.lines.entries()) out[object.from + index] = line
    const before = object.from - 1
    if (found && before >= 0 && out[before] === '') out[before] = '---'
    found = true
    // Never back: a text must come to an end, whatever its lines are.
    at = Math.max(at, object.from + object.lines.length - 1)
  }
  return found ? out.join('\n') : undefined
}
