import type {Proof} from '../model/finding.js'

const SHOWN = 2

/** The lines of the sidecar's log that fit, as proof: how many there are and the first of them; undefined when none does. */
export function logLines(log: string, pattern: RegExp): readonly Proof[] | undefined {
  const from = 'log of istio-proxy'
  const lines = log.split('\n').filter(line => pattern.test(line))
  if (lines.length === 0) return undefined
  return [{from, text: `${lines.length} such lines`}, ...lines.slice(0, SHOWN).map(text => ({from, text}))]
}
