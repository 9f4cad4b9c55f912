import {parseLogLine} from '../log-line/parse.js'

const SAMPLE = 200

/** True when most of the first lines of a text, or any of a short one, are lines of a log or events. */
export function explainsLines(text: string): boolean {
  const lines = text
    .split('\n')
    .filter(line => line.trim() !== '')
    .slice(0, SAMPLE)
  const found = lines.filter(line => parseLogLine(line) !== undefined).length
  return found > 0 && (found * 4 >= lines.length || lines.length <= 20)
}

/** Lines looked at for an access log between other pieces. */
const MOST_LINES = 2_000

/** True when a line is of an access log: no other piece of a paste looks like one. */
export function holdsAccessLog(text: string): boolean {
  return text
    .split('\n', MOST_LINES)
    .some(
      line =>
        line.length < 5_000 && /^\s*(?:\S+ )?\[\d{4}-\d\d-\d\dT/.test(line) && parseLogLine(line)?.kind === 'access',
    )
}
