import type {Severity} from '../../../model/finding.js'
import {objectLabel} from '../../../model/pod.js'
import type {CheckReport} from '../report.js'

const COMMANDS: Readonly<Record<Severity, string>> = {error: 'error', warning: 'warning', info: 'notice'}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

/** The open findings as annotations of GitHub Actions (workflow commands), beside the line they stand on. */
export function githubAnnotations(report: CheckReport): string {
  return report.workloads
    .flatMap(each => each.findings)
    .filter(({accepted}) => accepted === undefined)
    .map(({severity, code, title, object, place, message, fix}) => {
      const where =
        place === undefined ? [] : [`file=${property(place.file)}`, `line=${place.line}`, `col=${place.column}`]
      const fields = [...where, `title=${property(`${code} ${title}`)}`].join(',')
      return `::${COMMANDS[severity]} ${fields}::${data(`${objectLabel(object)}: ${message} ${fix}`)}\n`
    })
    .join('')
}
