import type {EnvoyStat} from '../model/envoy-stat.js'

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
