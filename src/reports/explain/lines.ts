import {describeUnknown, explainLine, explainMessage} from '../../analysis/log-explanation/explain.js'
import type {LineExplanation} from '../../analysis/log-explanation/line-explanation.js'
import {parseLogLine} from '../../formats/log-line/parse.js'
import {joinedRecords} from '../../formats/wrapped-text/joined-records.js'
import {unwrapLines} from '../../formats/wrapped-text/unwrap.js'
import {withPod} from './named-pods.js'

/** An explanation and how many lines of the text it fits; the first of them is shown. */
export interface ExplainedLine extends LineExplanation {
  readonly line: number
  readonly count: number
}

/** The explained lines of a text, and those that could not be explained. */
export interface ExplainedText {
  readonly explained: readonly ExplainedLine[]
  /** Log lines with an unknown message: what their form shows. */
  readonly unknown: readonly ExplainedLine[]
  /** Numbers of lines that are not log lines. */
  readonly other: readonly number[]
  /** Numbers of explained lines that end within their format: fields that are not there could say otherwise. */
  readonly cut: readonly number[]
}

function explain(text: string, raw = text): LineExplanation | undefined {
  const line = parseLogLine(text)
  const found = line === undefined ? explainMessage({kind: 'message', message: text}) : explainLine(line)
  return found === undefined ? undefined : {...found, next: withPod(found.next, raw, line)}
}

/** True for a line that its format shows to be cut. */
function endsWithin(raw: string): boolean {
  const line = parseLogLine(raw)
  return line?.kind === 'access' && line.cut === true
}

/** Problems first; otherwise in order of first occurrence. */
function byHarm(a: ExplainedLine, b: ExplainedLine): number {
  return Number(isHarmless(a)) - Number(isHarmless(b)) || a.line - b.line
}

function isHarmless({next, means}: ExplainedLine): boolean {
  return next.startsWith('Nothing is wrong') || means.startsWith('Nothing went wrong')
}

const MOST_OF_KERNEL = 3

/** Explains each line of a text, equal explanations once; problems first. */
export function explainLines(text: string): ExplainedText {
  const found = new Map<string, ExplainedLine>()
  const unknown: ExplainedLine[] = []
  const ofKernel: ExplainedLine[] = []
  const other: number[] = []
  const cut: number[] = []
  for (const {number, text: raw} of joinedRecords(text)) {
    if (raw.trim() === '' || /^(```|~~~)/.test(raw.trim())) continue
    const explanation =
      explain(raw) ??
      unwrapLines(raw)
        .map(line => explain(line.text, raw))
        .find(each => each !== undefined)
    if (explanation === undefined) {
      const line = parseLogLine(raw)
      if (line?.kind !== 'message') other.push(number)
      else (line.writer === 'the kernel' ? ofKernel : unknown).push({...describeUnknown(line), line: number, count: 1})
      continue
    }
    if (endsWithin(raw)) cut.push(number)
    const key = `${explanation.writer}\n${explanation.means}`
    const known = found.get(key)
    found.set(key, known === undefined ? {...explanation, line: number, count: 1} : {...known, count: known.count + 1})
  }
  // A kernel's log is mostly about hardware: many lines without an entry are only counted.
  if (ofKernel.length <= MOST_OF_KERNEL) unknown.push(...ofKernel)
  else other.push(...ofKernel.map(({line}) => line))
  return {explained: [...found.values()].sort(byHarm), unknown, other: other.sort((a, b) => a - b), cut}
}
