import {type Answer, answered, missing} from '../../model/evidence/answer.js'
import type {Artifact} from '../../model/evidence/evidence.js'

/** Logger names with their levels, in Envoy's order. */
export type LogLevels = ReadonlyMap<string, string>

/** Reads the `/logging` page: `active loggers:` and one `name: level` per line (Envoy admin interface docs). */
export function parseLogging(artifact: Artifact): Answer<LogLevels> {
  const text = Buffer.from(artifact.bytes).toString('utf8')
  const levels = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, name, level] = /^ +([\w.-]+): (trace|debug|info|warning|error|critical|off)$/.exec(line.trimEnd()) ?? []
    if (name !== undefined && level !== undefined) levels.set(name, level)
  }
  if (levels.size > 0) return answered(levels)
  const first = text.trim().split('\n')[0]?.slice(0, 120) ?? ''
  return missing(
    "Envoy's log levels",
    'unreadable',
    first === '' ? 'the page is empty' : `the page says ${JSON.stringify(first)}`,
    /not allowed/i.test(first)
      ? 'Envoy lists its levels only in answer to a POST; this page was fetched with GET.'
      : undefined,
  )
}
