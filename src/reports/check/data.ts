import type {Finding, NotChecked} from '../../model/finding.js'
import type {CheckReport} from './report.js'

function findingData(finding: Finding): unknown {
  const {rule, ...rest} = finding
  return {...rest, slug: rule}
}

function notCheckedData({rule, ...rest}: NotChecked): unknown {
  return {...rest, slug: rule}
}

/** The report for programs, as docs/schemas/check.schema.json describes it. */
export function checkData(report: CheckReport): unknown {
  return {
    apiVersion: 'meshctl/v1',
    kind: 'CheckReport',
    origin: report.origin,
    failOn: report.failOn,
    counts: report.counts,
    findings: report.workloads.flatMap(each => each.findings.map(findingData)),
    notChecked: report.workloads.flatMap(each => each.notChecked.map(notCheckedData)),
    damaged: report.damaged,
    passedOver: report.passedOver,
    workloads: report.workloads.map(({workload, pods, findings, passed, notChecked}) => ({
      ...workload,
      pods,
      findings: findings.length,
      passed,
      notChecked: notChecked.length,
    })),
  }
}
