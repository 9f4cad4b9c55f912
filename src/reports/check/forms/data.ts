import type {InjectionPrediction} from '../../../evidence/injection/prediction.js'
import {definedFields} from '../../../model/collections/defined-fields.js'
import type {Finding, NotChecked} from '../../../model/finding.js'
import type {CheckReport} from '../report.js'

/** A finding for programs, as docs/schemas/check.schema.json describes it. */
export function findingData(finding: Finding): unknown {
  const {rule, ...rest} = finding
  return {...rest, slug: rule}
}

function notCheckedData({rule, ...rest}: NotChecked): unknown {
  return {...rest, slug: rule}
}

/** Whether the pods of a manifest would get a sidecar. */
function injectionData({mode, because, decision, assumed}: InjectionPrediction): unknown {
  const {decidedBy, revision, webhook} = decision
  const by = {decidedBy, reason: because, revision: revision ?? null, webhook: webhook?.configuration ?? null}
  return {injected: mode === 'sidecar', mode, ...by, assumed}
}

/** The report for programs, as docs/schemas/check.schema.json describes it. */
export function checkData(report: CheckReport): unknown {
  return {
    apiVersion: 'meshctl/v1',
    kind: 'CheckReport',
    origin: report.origin,
    failOn: report.failOn,
    visited: report.visited,
    ...definedFields({shard: report.shard}),
    counts: report.counts,
    findings: report.workloads.flatMap(each => each.findings.map(findingData)),
    notChecked: report.workloads.flatMap(each => each.notChecked.map(notCheckedData)),
    damaged: report.damaged,
    passedOver: report.skipped,
    workloads: report.workloads.map(({workload, pods, findings, passed, notChecked, injection, configuration}) => ({
      ...workload,
      pods,
      findings: findings.length,
      passed,
      notChecked: notChecked.length,
      injection: injection === undefined ? null : injectionData(injection),
      ...definedFields({configuration}),
    })),
  }
}
