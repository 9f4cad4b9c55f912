import type {Gap} from '../../../model/evidence/answer.js'
import type {Severity} from '../../../model/finding.js'
import {objectLabel} from '../../../model/kube/pod.js'
import type {CheckReport} from '../report.js'
import {uncheckedGroups} from './unchecked.js'

const COMMANDS: Readonly<Record<Severity, string>> = {error: 'error', warning: 'warning', info: 'notice'}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

/** A part of a file that could not be read, at its position. */
function unread({what, detail}: Gap): string {
  const [, file, line, column] = /^(.*):(\d+):(\d+)$/s.exec(what) ?? []
  const where = file === undefined ? '' : `file=${property(file)},line=${line},col=${column},`
  return `::error ${where}title=Could not be read::${data(`${what}: ${detail}`)}\n`
}

/** One notice for everything that was not checked: GitHub shows at most ten of a kind. */
function unchecked({workloads, counts, skipped}: CheckReport): readonly string[] {
  const lines = [
    ...skipped.map(({what, detail}) => `Skipped: ${what}: ${detail}`),
    ...uncheckedGroups(workloads).map(
      ({codes, workloads: where, why}) => `${codes.join(' ')} in ${where.length}: ${why}`,
    ),
  ]
  const title = `Not checked (${counts.notChecked})`
  return lines.length === 0 ? [] : [`::notice title=${property(title)}::${data(lines.join('\n'))}\n`]
}

/** The open findings as annotations of GitHub Actions (workflow commands), at their line, with what could not be read or checked. */
export function githubAnnotations(report: CheckReport): string {
  const findings = report.workloads
    .flatMap(each => each.findings)
    .filter(({accepted}) => accepted === undefined)
    .map(({severity, code, title, object, place, message, fix}) => {
      const where =
        place === undefined ? [] : [`file=${property(place.file)}`, `line=${place.line}`, `col=${place.column}`]
      const fields = [...where, `title=${property(`${code} ${title}`)}`].join(',')
      return `::${COMMANDS[severity]} ${fields}::${data(`${objectLabel(object)}: ${message} ${fix}`)}\n`
    })
  return [...findings, ...report.damaged.map(unread), ...unchecked(report)].join('')
}
