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
