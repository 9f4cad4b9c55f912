import type {StatusCount} from '../../model/evidence/tool-output.js'

/** `[503] 12 responses` (hey), `Code 503 : 3 (15.0 %)` (fortio), `503: 12` below a heading (wrk, k6 differ and are left out). */
const ROW = /^\s*(?:\[(\d{3})\]\s+(\d+) responses|Code\s+(-?\d+) : (\d+) \()/

/** Reads how many answers a load generator (hey, fortio) got, by status; empty for other texts. */
export function parseLoadTest(text: string): readonly StatusCount[] {
  return text.split('\n').flatMap(line => {
    const [, heyCode, heyCount, fortioCode, fortioCount] = ROW.exec(line) ?? []
    const status = heyCode ?? fortioCode
    return status === undefined ? [] : [{status, count: Number(heyCount ?? fortioCount)}]
  })
}
