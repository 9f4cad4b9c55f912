import {SEVERITIES} from '../../../model/finding.js'
import {escapeLines} from '../../../terminal/escape.js'
import type {CheckReport} from '../report.js'

/** A label's value: control characters are escaped, then the reserved characters of the format. */
function label(value: string): string {
  return escapeLines(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function series(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  return `${name}{${Object.entries(labels)
    .map(([key, text]) => `${key}="${label(text)}"`)
    .join(',')}} ${value}`
}

/** The findings as Prometheus text (exposition format 0.0.4), for a node exporter's textfile folder: per workload and rule, and per workload what was not checked; parts that could not be read are counted. */
export function prometheusText(report: CheckReport): string {
  const lines = ['# HELP meshctl_findings Open findings of meshctl check.', '# TYPE meshctl_findings gauge']
  for (const {workload, findings} of report.workloads) {
    const where = {namespace: workload.namespace, kind: workload.kind, name: workload.name}
    const open = findings.filter(({accepted}) => accepted === undefined)
    for (const severity of SEVERITIES)
      for (const code of [...new Set(open.filter(each => each.severity === severity).map(each => each.code))].sort())
        lines.push(
          series(
            'meshctl_findings',
            {...where, code, severity},
            open.filter(each => each.code === code && each.severity === severity).length,
          ),
        )
  }
  lines.push('# HELP meshctl_checks_passed Rules checked and passed.', '# TYPE meshctl_checks_passed gauge')
  for (const {
    workload: {namespace, kind, name},
    passed,
  } of report.workloads)
    lines.push(series('meshctl_checks_passed', {namespace, kind, name}, passed))
  lines.push(
    '# HELP meshctl_checks_not_checked Rules that could not be checked.',
    '# TYPE meshctl_checks_not_checked gauge',
  )
  for (const {
    workload: {namespace, kind, name},
    notChecked,
  } of report.workloads)
    lines.push(series('meshctl_checks_not_checked', {namespace, kind, name}, notChecked.length))
  lines.push(
    '# HELP meshctl_unread_parts Parts of the input that could not be read.',
    '# TYPE meshctl_unread_parts gauge',
    series('meshctl_unread_parts', {source: report.origin.kind}, report.damaged.length),
  )
  return `${lines.join('\n')}\n`
}
