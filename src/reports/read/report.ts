import {troubleIn} from '../../analysis/envoy-stats/trouble.js'
import {kubectlFindings} from '../../analysis/kubectl-table/findings.js'
import {parseInitDump} from '../../formats/envoy-init-dump.js'
import {parseStats} from '../../formats/envoy-stats.js'
import {formsIn} from '../../formats/forms/forms-in.js'
import {kubectlTables} from '../../formats/kubectl-table.js'
import {ownAnswer} from '../../formats/own-answer.js'
import type {InputForm} from '../../model/input-form.js'
import {UserError} from '../../model/user-error.js'
import type {Report} from '../report.js'

/** A file and what it holds. */
export interface ReadFile {
  readonly label: string
  readonly forms: readonly InputForm[]
}

export interface ReadReport extends Report {
  readonly files: readonly ReadFile[]
  /** What pages without a command of their own say. */
  readonly findings: readonly string[]
}

/** Loggers that write so much that they slow a proxy down (Envoy, "Command line options": --log-level). */
function verboseLoggers(text: string): readonly string[] {
  const loud = [...text.matchAll(/^ +([\w.-]+): (debug|trace)$/gm)].map(([, name, level]) => `${name} (${level})`)
  return loud.length === 0 ? [] : [`loggers that slow a busy proxy down: ${loud.join(', ')}`]
}

function findingsOf(forms: readonly InputForm[], bytes: Uint8Array): readonly string[] {
  const text = Buffer.from(bytes).toString('utf8')
  const has = (id: string) => forms.some(form => form.id === id)
  const waiting = has('init-dump') ? parseInitDump(text) : []
  return [
    ...(has('init-dump') && waiting.length === 0
      ? ['Envoy waits for nothing: every initialization target is ready']
      : []),
    ...waiting.map(({name, targets}) => `Envoy is not initialized: ${name} still waits for ${targets.join(', ')}`),
    ...(has('stats') ? troubleIn(parseStats(text)) : []),
    ...(has('logging') ? verboseLoggers(text) : []),
    ...(has('kubectl-table') ? kubectlFindings(kubectlTables(text)) : []),
    ...(ownAnswer(bytes)?.lines ?? []),
  ]
}

/** What each of some files is and what can be asked of it; a run in which nothing is known is an error. */
export function readReport(inputs: readonly {readonly label: string; readonly bytes: Uint8Array}[]): ReadReport {
  const files = inputs.map(({label, bytes}) => ({label, forms: formsIn(label, bytes), bytes}))
  if (files.length > 0 && files.every(({forms}) => forms.length === 0)) {
    throw new UserError(`nothing in ${files.map(({label}) => label).join(', ')} is in a form meshctl knows`, {
      hint: 'meshctl read --forms lists the forms.',
      next: 'meshctl read --forms',
    })
  }
  const unknown = files.filter(({forms}) => forms.length === 0)
  return {
    origin: {kind: 'files', label: files.map(({label}) => label).join(', ')},
    provenance: {live: false, complete: false, evidence: []},
    gaps: unknown.map(({label}) => ({
      what: label,
      reason: 'unreadable' as const,
      detail: 'it is in no form meshctl knows',
    })),
    notes: [],
    files: files.map(({label, forms}) => ({label, forms})),
    findings: files.flatMap(({forms, bytes}) => findingsOf(forms, bytes)),
  }
}
