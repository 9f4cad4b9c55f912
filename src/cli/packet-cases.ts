import {readCaseFile} from '../reports/packet/case-file.js'
import {type CasesReport, casesReport} from '../reports/packet/cases-report.js'
import {readInput, readStdin} from '../sources/files/read.js'
import {readRulesetFolder} from '../sources/rulesets/folder.js'

/** Reads a packet table and simulates it on the rulesets of a folder. */
export async function answerCases(path: string, folder: string): Promise<CasesReport> {
  const bytes = path === '-' ? await readStdin() : await readInput(path)
  const file = readCaseFile(Buffer.from(bytes).toString('utf8'), path === '-' ? 'standard input' : path)
  return await casesReport(file, {kind: 'files', label: path}, name => readRulesetFolder(folder, name))
}
