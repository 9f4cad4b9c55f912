import {type Line, prose} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {RunbookReport} from './report.js'

/** A line of the Markdown of a runbook as a terminal shows it: headings strong, links as their text, no fences. */
function shown(line: string, inside: boolean): Line {
  if (inside) return `  ${line}`
  const heading = /^#+ (.*)$/.exec(line)?.[1]
  if (heading !== undefined) return {text: heading, tone: 'strong'}
  const plain = line.replace(/\[([^[\]]*)\]\([^()]*\)/g, '$1').replaceAll('`', '')
  return plain === '' ? '' : prose(plain, undefined, plain.startsWith('- ') ? '  ' : '')
}

function pageLines(text: string): readonly Line[] {
  let inside = false
  return text
    .trimEnd()
    .split('\n')
    .flatMap(line => {
      if (!line.startsWith('```')) return [shown(line, inside)]
      inside = !inside
      return []
    })
}

/** The page of one symptom, or the list of several. */
export const runbookView: View<RunbookReport> = {
  namedBy: 'SYMPTOM',
  doc: ({runbooks}) => {
    const [only] = runbooks
    if (only !== undefined && runbooks.length === 1) return [{block: 'text', lines: pageLines(only.text)}]
    const rows = runbooks.map(({name, title}) => [name, title])
    return [{block: 'table', style: 'columns', padding: 2, header: ['SYMPTOM', 'TITLE'], rows}]
  },
  data: ({runbooks}) => ({apiVersion: 'meshctl/v1', kind: 'RunbookList', runbooks}),
  raw: ({runbooks}) => Buffer.from(runbooks.map(({text}) => text).join('\n')),
}
