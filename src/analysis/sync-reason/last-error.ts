import {bothEnds} from '../../model/text/both-ends.js'

/** What pilot-agent and Envoy write before they give up: `Error: …` (cobra), a row of level error, fatal or critical, a Go panic. */
const FATAL = /^(?:\S{1,40}\s{1,4})?(?:error|fatal|critical|Error:|panic:)\s{1,4}\S/

/** The last error a process logged before it ended, as the line and its message; undefined where none is in the log. */
export function lastError(log: string): {readonly line: string; readonly text: string} | undefined {
  const line = log
    .split('\n')
    .filter(each => FATAL.test(each))
    .at(-1)
  if (line === undefined) return undefined
  const text = line.replace(/^(?:\d{4}-\d\d-\d\dT\S{1,30}\s{1,4})?(?:error|fatal|critical|Error:|panic:)\s{1,4}/, '')
  return {line: line.replace(/\t/g, ' '), text: bothEnds(text.replace(/\t/g, ' ').trim())}
}
