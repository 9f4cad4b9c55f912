import {type TrafficReport, trafficReport} from '../reports/trace/traffic-report.js'
import {readInput, readStdin} from '../sources/files/read.js'
import type {Source} from '../sources/source.js'

/** Reads a file of recorded requests (`-` for standard input) and traces them on a source. */
export async function answerTraffic(source: Source, path: string, istioNamespace: string): Promise<TrafficReport> {
  const bytes = path === '-' ? await readStdin() : await readInput(path)
  const place = path === '-' ? 'standard input' : path
  return await trafficReport(source, Buffer.from(bytes).toString('utf8'), place, istioNamespace)
}
