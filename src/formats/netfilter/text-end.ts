import type {CleanLine} from './clean-lines.js'

/** What iptables-save writes first and last (iptables-save(8)); programs end their lines, so that a comment without its date is half a line. */
const GENERATED = /^# Generated\b/
const COMPLETED = /^# Completed on .*\d{4}$/
/** What istio-init says right before it prints rules or runs a program that does. */
const HEADING =
  /(?:^|\s)(?:Final (?:iptables|nftables) state|Running (?:command|iptables-restore|ip6tables-restore)|iptables-restore with|Writing following contents)\b.*$/
/** A line that is whole though nothing follows it, as people copy text without its last line end. */
const WHOLE = /^(?:COMMIT|\}|# .*\b\d{4}|\S+ v\d.*)$/

/** True for a line of a list of rules (`iptables -S`, `-L`) that breaks off in a word or before an argument. */
function isHalfRule({text}: CleanLine): boolean {
  if (/^-[PNA]$/.test(text) || /^-P \S*$/.test(text)) return true
  return /^-A\s/.test(text) && (/\s--?[\w-]*$/.test(text) || !/\s(?:-j|-g|--jump|--goto)\s+\S/.test(text))
}

/**
 * Where and why a text of rules is not whole, judged by its last lines; undefined when nothing shows it. `ended` says whether its last line has an
 * end, `log` whether it is a log of istio-init. Cuts inside a table or chain are found by their readers.
 */
export function cutAtEnd(
  lines: readonly CleanLine[],
  {ended, log}: {readonly ended: boolean; readonly log: boolean},
): {readonly line: number; readonly message: string} | undefined {
  const last = lines.findLast(({text}) => text !== '')
  if (last === undefined) return undefined
  const cut = (message: string) => ({line: last.number, message: `${message}: the text may be cut off`})
  const opened = lines.findLastIndex(({text}) => GENERATED.test(text))
  const closed = lines.findLastIndex(({text}) => COMPLETED.test(text))
  if (opened > closed && (closed >= 0 || !ended || log || lines[opened] === last))
    return cut('the output of iptables-save has no end')
  if (log && HEADING.test(last.text)) return cut('nothing follows the last line')
  if (ended) return undefined
  // A timestamp alone leaves no text.
  if (log && lines.at(-1) !== last) return cut('the last line has no end')
  if (WHOLE.test(last.text)) return undefined
  if (/^#/.test(last.text)) return cut('the last line is half a comment')
  if (isHalfRule(last)) return cut('the last line is half a rule')
  return log ? cut('the last line has no end') : undefined
}
