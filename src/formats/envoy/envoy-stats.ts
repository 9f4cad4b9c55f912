import type {EnvoyStat, StatsPage} from '../../model/envoy/envoy-stat.js'
import {type Answer, answered, missing} from '../../model/evidence/answer.js'
import type {Artifact} from '../../model/evidence/evidence.js'

const TEXT = /^([a-z_][\w.|;<>=~@*[\]:/-]*): (\d+)$/
const PROMETHEUS = /^(envoy_\w+)(\{[^}]*\})? ([\d.e+]+)$/
/** Prefixes of Envoy's own statistics (Envoy, operations: statistics). */
const OWN =
  /^(cluster|listener|listener_manager|cluster_manager|http|server|runtime|filesystem|control_plane|istio|main_thread|workers|dns|wasm|envoy|sds|tcp|overload|membership_|upstream_|downstream_)[._]/

/** The statistics in a text, as /stats or /stats/prometheus print them. */
export function parseStats(text: string): readonly EnvoyStat[] {
  return text.split('\n').flatMap(raw => {
    const line = raw.trim()
    const plain = TEXT.exec(line)
    if (plain !== null && OWN.test(plain[1] ?? '')) return [{name: plain[1] ?? '', value: Number(plain[2])}]
    const prometheus = PROMETHEUS.exec(line)
    return prometheus === null ? [] : [{name: `${prometheus[1]}${prometheus[2] ?? ''}`, value: Number(prometheus[3])}]
  })
}

/** True for a text whose lines are Envoy's statistics: several, or all of a short one. */
export function isStats(text: string): boolean {
  const lines = text
    .split('\n')
    .filter(line => line.trim() !== '' && !line.startsWith('#'))
    .slice(0, 400)
  const found = parseStats(lines.join('\n')).length
  return found >= 2 && found * 3 >= lines.length
}

/** The median of a histogram on the /stats page, `P50(interval,since start)`: of the interval, else since the start. */
function medianIn(text: string): number | undefined {
  const [, interval = '', total = ''] = /\bP50\(([\d.]+|nan),([\d.]+|nan)\)/.exec(text) ?? []
  const value = Number(interval === '' || interval === 'nan' ? total : interval)
  return Number.isFinite(value) && `${interval}${total}` !== '' ? value : undefined
}

/** Reads the /stats page; a gap when it holds no statistic. */
export function parseStatsPage(artifact: Artifact): Answer<StatsPage> {
  const stats: EnvoyStat[] = []
  const medians = new Map<string, number>()
  for (const line of Buffer.from(artifact.bytes).toString('utf8').split('\n')) {
    const at = line.lastIndexOf(': ', line.includes(': P0(') ? line.indexOf(': P0(') : undefined)
    if (at <= 0) continue
    const name = line.slice(0, at)
    const value = line.slice(at + 2).trim()
    if (/^\d+$/.test(value)) stats.push({name, value: Number(value)})
    const median = medianIn(value)
    if (median !== undefined) medians.set(name, median)
  }
  return stats.length === 0
    ? missing("Envoy's statistics", 'unreadable', 'no line has the form NAME: NUMBER')
    : answered({stats, medians})
}
