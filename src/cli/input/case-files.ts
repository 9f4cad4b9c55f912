import {readCaseFile} from '../../reports/packet/case-file.js'
import {type CasesReport, casesReport} from '../../reports/packet/cases-report.js'
import {type EnvoyCasesReport, envoyCasesReport} from '../../reports/trace/cases-report.js'
import {type TrafficReport, trafficReport} from '../../reports/trace/traffic-report.js'
import {readCaseFolders} from '../../sources/case-folders/folder.js'
import {readInput, readStdin} from '../../sources/files/read.js'
import {readRulesetFolder} from '../../sources/rulesets/folder.js'
import type {Source} from '../../sources/source.js'

/** Reads a packet table and simulates it on the rulesets of a folder. */
export async function answerCases(path: string, folder: string): Promise<CasesReport> {
  const bytes = path === '-' ? await readStdin() : await readInput(path)
  const file = readCaseFile(Buffer.from(bytes).toString('utf8'), path === '-' ? 'standard input' : path)
  return await casesReport(file, {kind: 'files', label: path}, name => readRulesetFolder(folder, name))
}

/** Reads the configuration folders under a path and answers their cases. */
export async function answerEnvoyCases(path: string): Promise<EnvoyCasesReport> {
  return await envoyCasesReport(readCaseFolders(path), {kind: 'files', label: path})
}

/** Reads a file of recorded requests (`-` for standard input) and traces them on a source. */
export async function answerTraffic(source: Source, path: string, istioNamespace: string): Promise<TrafficReport> {
  const bytes = path === '-' ? await readStdin() : await readInput(path)
  const place = path === '-' ? 'standard input' : path
  return await trafficReport(source, Buffer.from(bytes).toString('utf8'), place, istioNamespace)
}
