import {sideOf} from '../../analysis/log-explanation/side.js'
import {askedOnce} from '../../evidence/asked-once.js'
import {readMesh} from '../../evidence/mesh-world/mesh.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {parseLogLine} from '../../formats/log-line/parse.js'
import {scrubFields} from '../../formats/redact/scrub.js'
import type {Source} from '../../sources/source.js'
import {type ExplainReport, explainReport} from '../explain/report.js'
import type {RuleList} from '../explain/topic.js'
import {explainView} from '../explain/view.js'
import {openHeard} from '../trace/heard.js'
import type {View} from '../view.js'
import {type LineCause, lineCause} from './line-cause.js'
import {causeLines} from './view.js'

/** What explains lines of access logs in the configuration of the source, by the number of the line. */
export interface ExplainedHere extends ExplainReport {
  readonly here: readonly ({readonly line: number} & LineCause)[]
}

/** Lines that are traced. */
const TRACED = 10

/** Explains a text as ever, and its access-log lines by the configuration of a source as well. */
export async function explainedHere(
  rules: RuleList,
  text: string,
  given: Source,
  istioNamespace: string,
): Promise<ExplainedHere> {
  const report = explainReport(rules, text)
  const source = noted(given)
  const once = askedOnce(source)
  const at = Date.parse(source.origin.capturedAt ?? '')
  const lines = text.split(/\r\n|\n|\r/).flatMap((raw, i) => {
    const entry = parseLogLine(raw)
    return entry?.kind === 'access' && (entry.form !== 'ztunnel' || entry.failure !== undefined)
      ? [{line: i + 1, entry: scrubFields(entry)}]
      : []
  })
  if (lines.length === 0) return {...report, here: []}
  const mesh = await readMesh(once, Number.isNaN(at) ? Date.now() : at, {istioNamespace})
  const heard = openHeard()
  heard.add({gaps: mesh.gaps(), notes: mesh.notes()})
  const here: ({readonly line: number} & LineCause)[] = []
  for (const {line, entry} of lines.slice(0, TRACED)) {
    const cause = await lineCause(
      once,
      mesh.pods,
      {entry, side: sideOf(entry), writer: undefined},
      istioNamespace,
      heard,
    )
    here.push({line, ...cause})
  }
  return {...report, ...answeredFrom(source), gaps: heard.gaps(), notes: heard.notes(), here}
}

/** The explanation, and below it what in the current configuration explains each line. */
export const explainedHereView: View<ExplainedHere> = {
  ...explainView,
  doc: (report, form) => [
    ...explainView.doc(report, form),
    ...report.here.map(
      each =>
        ({
          block: 'text',
          lines: [report.here.length === 1 ? 'In this mesh:' : `In this mesh, line ${each.line}:`, ...causeLines(each)],
        }) as const,
    ),
  ],
  data: report => ({explained: explainView.data(report), here: report.here}),
}
