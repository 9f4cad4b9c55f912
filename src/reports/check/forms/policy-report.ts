import {own} from '../../../model/collections/own.js'
import type {Finding, Severity} from '../../../model/finding.js'
import type {CheckedWorkload} from '../evaluate/aggregator.js'
import type {CheckReport} from '../report.js'

/** Severities every version of the CRD has; a report with any other is rejected. */
const SEVERITY: Readonly<Record<Severity, string>> = {error: 'high', warning: 'medium', info: 'low'}
const API: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  ReplicaSet: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  Job: 'batch/v1',
  CronJob: 'batch/v1',
  Rollout: 'argoproj.io/v1alpha1',
  DeploymentConfig: 'apps.openshift.io/v1',
}

/** The API version of a kind that makes pods; the core one for others. */
export function apiOfKind(kind: string): string {
  return own(API, kind) ?? 'v1'
}

function result(finding: Finding): unknown {
  const {severity, code, message, workload, object, path, accepted} = finding
  return {
    source: 'meshctl',
    policy: code,
    rule: finding.rule,
    category: 'Istio',
    severity: SEVERITY[severity],
    result: accepted !== undefined ? 'skip' : severity === 'info' ? 'warn' : 'fail',
    scored: true,
    message,
    resources: [
      {
        apiVersion: apiOfKind(workload.kind),
        kind: workload.kind,
        namespace: workload.namespace,
        name: workload.name,
      },
    ],
    properties: {object: `${object.kind}/${object.name}`, path},
  }
}

function ofNamespace(namespace: string, workloads: readonly CheckedWorkload[], errors: readonly unknown[]): object {
  const results = workloads.flatMap(each => each.findings.map(result))
  const skipped = workloads.flatMap(each =>
    each.notChecked.map(({code, rule, gap}) => ({
      source: 'meshctl',
      policy: code,
      rule,
      category: 'Istio',
      result: 'skip',
      message: `${gap.what}: ${gap.detail}`,
      resources: [
        {
          apiVersion: apiOfKind(each.workload.kind),
          kind: each.workload.kind,
          namespace,
          name: each.workload.name,
        },
      ],
    })),
  )
  const open = workloads.flatMap(each => each.findings)
  const accepted = open.filter(each => each.accepted !== undefined).length
  const info = open.filter(each => each.accepted === undefined && each.severity === 'info').length
  return {
    apiVersion: 'wgpolicyk8s.io/v1alpha2',
    kind: 'PolicyReport',
    metadata: {name: 'meshctl', namespace, labels: {'app.kubernetes.io/managed-by': 'meshctl'}},
    summary: {
      pass: workloads.reduce((sum, each) => sum + each.passed, 0),
      fail: open.length - accepted - info,
      warn: info,
      error: errors.length,
      skip: accepted + skipped.length,
    },
    results: [...results, ...skipped, ...errors],
  }
}

/** What could not be read, as results without an object. */
function unread({damaged}: CheckReport): readonly unknown[] {
  return damaged.map(({what, detail}) => ({
    source: 'meshctl',
    policy: 'input',
    category: 'Istio',
    result: 'error',
    message: `${what}: ${detail}`,
  }))
}

/** The PolicyReport of one namespace, which may have no workloads any more. */
export function policyReportOf(report: CheckReport, namespace: string): object {
  return ofNamespace(
    namespace,
    report.workloads.filter(({workload}) => workload.namespace === namespace),
    [],
  )
}

/** The findings as PolicyReports (wgpolicyk8s.io/v1alpha2), one per namespace, in a List that kubectl can apply; unreadable input is in the first. */
export function policyReports(report: CheckReport): unknown {
  const namespaces = [...new Set(report.workloads.map(({workload}) => workload.namespace))].sort()
  const items = namespaces.map((namespace, index) =>
    ofNamespace(
      namespace,
      report.workloads.filter(({workload}) => workload.namespace === namespace),
      index === 0 ? unread(report) : [],
    ),
  )
  return {apiVersion: 'v1', kind: 'List', items}
}
