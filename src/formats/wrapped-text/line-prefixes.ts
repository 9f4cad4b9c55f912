import {definedFields} from '../../model/collections/defined-fields.js'
import {own} from '../../model/collections/own.js'
/** What precedes a message: the rest of the line, and what the prefix says about it. */
export interface Unprefixed {
  readonly rest: string
  /** The container, pod or unit that the prefix names. */
  readonly origin?: string
  /** The level of the message in lower case, such as `error`. */
  readonly level?: string
  /** The message goes on in the next line of the same stream (the `P` of the CRI log format). */
  readonly partial?: true
}

interface Prefix {
  readonly pattern: RegExp
  /** The first group is the origin of the message, or its level. */
  readonly group?: 'origin' | 'level'
}

const LEVEL = 'trace|debug|info|notice|warn|warning|error|err|critical|crit|fatal|panic|dpanic'

/**
 * Prefixes that can be recognised by themselves, each with exactly one separator so that indentation behind it stays: `kubectl logs --prefix`,
 * kubetail, `journalctl` (short, short-iso, short-precise), syslog (RFC 5424),
 * grep over files, the labels of Loki, the CRI log format (kubelet, `/var/log/pods`), the
 * timestamps of `kubectl logs --timestamps`, of Go's package log and of Python, klog (github.com/kubernetes/klog), and the level and scope of zap.
 */
const PREFIXES: readonly Prefix[] = [
  {pattern: /^<\d{1,3}>1 \S{1,40} \S{1,100} (\S{1,100}) \S{1,100} \S{1,100} (?:-|\[[^\]]{0,400}\]) /, group: 'origin'},
  {pattern: /^([\w./-]{1,200}\.(?:log|txt|out|save|rules)):(?:\d{1,7}:)?/, group: 'origin'},
  {pattern: /^\{[a-z_]+="[^}]{0,400}\} /},
  {pattern: /^\[pod\/([\w.-]+\/[\w.-]+)\] ?/, group: 'origin'},
  {pattern: /^\[(?=[a-z0-9.]+-[a-z0-9.-])([a-z0-9][a-z0-9.-]*(?: [a-z0-9][a-z0-9-]*)?)\] /, group: 'origin'},
  {
    pattern:
      /^(?:<\d{1,3}>)?[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2}(?:\.\d+)? ([\w.-]+ [\w.@/()-]{1,120}?)(?:\[\d+\])?: ?/,
    group: 'origin',
  },
  {
    pattern:
      /^(?:<\d{1,3}>)?\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?:Z|[+-]\d{2}:?\d{2}) ([\w.-]+ [\w.@/()-]{1,120}?)\[\d+\]: ?/,
    group: 'origin',
  },
  {pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2}) std(?:out|err) [FP](?: |$)/},
  {pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?:Z|[+-]\d{2}:?\d{2})\t/},
  {pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?:Z|[+-]\d{2}:?\d{2})(?: |$)/},
  {pattern: /^\[?\d{4}[-/]\d{2}[-/]\d{2}[ T]\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?\]? /},
  {pattern: /^([IWEF])\d{4} \d{2}:\d{2}:\d{2}\.\d{6}\s+\d+ [\w./-]+:\d+\] /, group: 'level'},
  {pattern: new RegExp(`^[\\t ]*(${LEVEL})(?:\\t|[ ]{2,8})(?:[\\w./-]{1,60}(?:\\t|[ ]{2,8}))?`, 'i'), group: 'level'},
  {pattern: new RegExp(`^\\[(${LEVEL})\\][: ]+`, 'i'), group: 'level'},
]

const KLOG_LEVEL: Readonly<Record<string, string>> = {I: 'info', W: 'warning', E: 'error', F: 'fatal'}
const DEEPEST = 6

/**
 * Takes the prefixes of log collectors and loggers off a line, also several in a row (journald before klog). `kubectl logs --timestamps` of a
 * logger that has its own timestamp gives two of them. Time is linear in the line.
 */
export function withoutPrefixes(line: string): Unprefixed {
  let rest = line
  let origin: string | undefined
  let level: string | undefined
  let partial = false
  for (let depth = 0; depth < DEEPEST; depth++) {
    const body = rest
    const found = PREFIXES.map(prefix => ({prefix, match: prefix.pattern.exec(body)})).find(({match}) => match !== null)
    if (found?.match === undefined || found.match === null) break
    const [whole, group] = found.match
    if (found.prefix.group === 'origin') origin ??= group
    if (found.prefix.group === 'level') level = own(KLOG_LEVEL, group ?? '') ?? group?.toLowerCase()
    if (/ std(?:out|err) P ?$/.test(whole)) partial = true
    rest = rest.slice(whole.length)
    if (found.prefix.group === 'level') break
  }
  return {
    rest,
    origin,
    level,
    ...definedFields({partial: partial || undefined}),
  }
}
