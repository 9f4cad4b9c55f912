import {BUILT_IN} from '../../model/evidence/provenance.js'
import {UserError} from '../../model/evidence/user-error.js'
import {nearestNames} from '../../model/text/nearest.js'
import type {Report} from '../report.js'

/** One symptom: its name on the command line, its title, and the page as Markdown. */
export interface Runbook {
  readonly name: string
  readonly title: string
  readonly text: string
}

export interface RunbookReport extends Report {
  readonly runbooks: readonly Runbook[]
}

/** The runbook in a Markdown file: its title is the first heading. */
export function parseRunbook(name: string, text: string): Runbook {
  return {name, title: /^# (.*)$/m.exec(text)?.[1] ?? name, text}
}

function matching(all: readonly Runbook[], symptom: string): readonly Runbook[] {
  const exact = all.filter(({name}) => name === symptom)
  if (exact.length > 0) return exact
  const words = symptom.toLowerCase().split(/[\s-]+/)
  return all.filter(({name, title}) => words.every(word => `${name} ${title}`.toLowerCase().includes(word)))
}

/** The runbooks a symptom names, by name or by words of the title; all without one. No match is an error with the nearest names. */
export function runbookReport(all: readonly Runbook[], symptom: string | undefined): RunbookReport {
  const found = symptom === undefined ? all : matching(all, symptom)
  if (found.length === 0) {
    const names = all.map(({name}) => name)
    const near = nearestNames(symptom ?? '', names)
    throw new UserError(`no runbook for ${JSON.stringify(symptom)}`, {
      hint: near.length > 0 ? `Did you mean ${near.join(', ')}?` : `Runbooks: ${names.join(', ')}.`,
      next: 'meshctl runbook',
    })
  }
  return {origin: {kind: 'memory', label: 'meshctl'}, provenance: BUILT_IN, gaps: [], notes: [], runbooks: found}
}
