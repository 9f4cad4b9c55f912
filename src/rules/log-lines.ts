import {scrubText} from '../formats/redact/scrub.js'
import type {Proof} from '../model/finding.js'

const MAX_SHOWN = 2

/** The matching lines of the sidecar's log as evidence: their number and the first of them; undefined when none matches. */
export function logLines(log: string, pattern: RegExp): readonly Proof[] | undefined {
  const from = 'log of istio-proxy'
  const lines = log.split('\n').filter(line => pattern.test(line))
  if (lines.length === 0) return undefined
  return [
    {from, text: lines.length === 1 ? '1 matching line' : `${lines.length} matching lines`},
    ...lines.slice(0, MAX_SHOWN).map(text => ({from, text: scrubText(text)})),
  ]
}
