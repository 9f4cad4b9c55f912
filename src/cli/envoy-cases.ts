import {type EnvoyCasesReport, envoyCasesReport} from '../reports/trace/cases-report.js'
import {readCaseFolders} from '../sources/case-folders/folder.js'

/** Reads the configuration folders under a path and answers their cases. */
export async function answerEnvoyCases(path: string): Promise<EnvoyCasesReport> {
  return await envoyCasesReport(readCaseFolders(path), {kind: 'files', label: path})
}
