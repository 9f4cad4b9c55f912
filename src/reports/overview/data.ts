import {type Answer, gapSentence} from '../../model/evidence/answer.js'
import {podLabel} from '../../model/kube/kube-object.js'
import {matrixData} from '../authz/matrix-view.js'
import {certsView} from '../certs/view.js'
import {checkData} from '../check/forms/data.js'
import {errorsView} from '../errors/view.js'
import {mtlsView} from '../mtls/view.js'
import {proxyStatusView} from '../proxy-status/view.js'
import {pathView} from '../trace/path-view.js'
import {healthRows} from './health.js'
import type {InterceptionRow} from './interception.js'
import type {OverviewReport} from './report.js'

/** A part as data, or why it is missing: one of the two is null. */
function partData<T>(answer: Answer<T>, data: (value: T) => unknown): unknown {
  return answer.ok ? {notChecked: null, value: data(answer.value)} : {notChecked: gapSentence(answer.gap), value: null}
}

function rowData({pod, gap, ...row}: InterceptionRow): unknown {
  return {pod: podLabel(pod), ...row, notChecked: gap === undefined ? null : gapSentence(gap)}
}

/** The report for programs, as docs/schemas/report.schema.json describes it; each part is what its own command prints. */
export function overviewData(report: OverviewReport): unknown {
  const {origin, namespace, at, gaps} = report
  return {
    apiVersion: 'meshctl/v1',
    kind: 'MeshReport',
    origin,
    namespace: namespace ?? null,
    at,
    failing: report.failing ?? false,
    notChecked: gaps,
    health: healthRows(report).map(({area, section, bad, of, words}) => ({
      area,
      section,
      bad: bad ?? null,
      of: of ?? null,
      words,
    })),
    findings: partData(report.check, checkData),
    sync: partData(report.sync, proxyStatusView.data),
    interception: partData(report.interception, rows => rows.map(rowData)),
    certificates: partData(report.certs, certsView.data),
    mtls: partData(report.mtls, mtlsView.data),
    policy: partData(report.authz, all => all.map(matrixData)),
    graph: partData(report.graph, graph => graph),
    failures: partData(report.errors, errorsView.data),
    traces: partData(report.traces, all => all.map(({why, path}) => ({why, path: pathView.data(path)}))),
  }
}
