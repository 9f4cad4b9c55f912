import {GAP_REASONS, isFailure} from '../../model/evidence/answer.js'
import type {Cell} from '../../terminal/doc.js'
import type {SummaryRow} from './summary.js'

/** What is missing of one kind of evidence, and why: `2 not captured, 1 timed out`. */
export function missingCell(missing: SummaryRow['missing']): Cell {
  if (missing.length === 0) return ''
  const text = missing.map(({reason, count}) => `${count} ${GAP_REASONS[reason].text}`).join(', ')
  const failed = missing.some(({reason}) => isFailure({what: '', detail: '', reason}))
  return failed ? {text, tone: 'warn'} : {text, tone: 'dim'}
}
