import {endpointText} from '../../model/envoy/envoy-endpoint.js'
import {orDash} from '../or-dash.js'
import type {View} from '../view.js'
import type {EndpointReport, EndpointRow} from './report.js'

const HEADER = ['ENDPOINT', 'STATUS', 'OUTLIER CHECK', 'CLUSTER']
const WIDE = ['HEALTH', 'LOCALITY', 'WEIGHT', 'PRIORITY', 'TLS', 'WORKLOAD', 'EDS HEALTH']

function row({endpoint}: EndpointRow): readonly string[] {
  const outlier = endpoint.complaints.includes('failed_outlier_check') ? 'FAILED' : 'OK'
  return [endpointText(endpoint.address), endpoint.status, outlier, endpoint.cluster]
}

function wideRow(each: EndpointRow, report: EndpointReport): readonly string[] {
  const {endpoint, assigned} = each
  const [address = '', status = '', outlier = '', cluster = ''] = row(each)
  const health = report.basis === 'eds' ? 'unknown' : endpoint.complaints.join(',') || 'ok'
  const edsHealth = report.joined ? (assigned?.status ?? 'not in EDS') : 'unknown'
  return [
    address,
    status,
    report.basis === 'eds' ? '-' : outlier,
    cluster,
    health,
    orDash(endpoint.locality),
    endpoint.weight === undefined ? '-' : String(endpoint.weight),
    String(endpoint.priority),
    orDash(assigned?.tlsMode),
    orDash(assigned?.workload),
    edsHealth,
  ]
}

/** istioctl's endpoint table; wide adds every health check, locality, weight, priority, and what istiod sent. */
export const endpointsView: View<EndpointReport> = {
  namedBy: 'ENDPOINT',
  doc: (report, form) => [
    form === 'wide'
      ? {
          block: 'table',
          style: 'columns',
          padding: 5,
          header: [...HEADER, ...WIDE],
          rows: report.rows.map(each => wideRow(each, report)),
        }
      : {
          block: 'table',
          style: 'columns',
          padding: 5,
          header: HEADER,
          rows: report.rows.map(each =>
            report.basis === 'eds' ? row(each).map((cell, at) => (at === 2 ? '-' : cell)) : row(each),
          ),
        },
  ],
  data: report => report.document(),
  jsonIndent: 4,
  raw: report => report.artifact.bytes,
}
