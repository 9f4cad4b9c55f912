import {type EndpointGroup, type EnvoyEndpoint, edsAddressText} from '../../model/envoy/envoy-endpoint.js'
import type {Table} from '../../terminal/doc.js'
import {orDash} from '../or-dash.js'
import type {View} from '../view.js'
import type {EdsReport} from './report.js'

const HEADER = ['NAME', 'STATUS', 'LOCALITY', 'CLUSTER']
const WIDE = ['WEIGHT', 'PRIORITY', 'TLS', 'WORKLOAD', 'HOSTNAME']

function row(endpoint: EnvoyEndpoint, wide: boolean, named: boolean): readonly string[] {
  const name = [endpoint.address, ...endpoint.additional].map(edsAddressText).join(',')
  const cells = [named ? `endpoint/${name}` : name, endpoint.status, endpoint.locality, endpoint.cluster]
  if (!wide) return cells
  const {weight, priority, tlsMode, workload, hostname} = endpoint
  return [
    ...cells,
    weight === undefined ? '-' : String(weight),
    String(priority),
    ...[tlsMode, workload, hostname].map(orDash),
  ]
}

/** istioctl's table of EDS; with `named`, names start with `endpoint/`. */
export function edsTable(groups: readonly EndpointGroup[], wide: boolean, named: boolean): Table {
  const rows = groups.flatMap(group => group.endpoints.map(endpoint => row(endpoint, wide, named)))
  return {block: 'table', style: 'columns', padding: 5, header: wide ? [...HEADER, ...WIDE] : HEADER, rows}
}

/** istioctl's table of EDS; wide adds weight, priority, TLS mode and workload. */
export const edsView: View<EdsReport> = {
  namedBy: 'NAME',
  doc: (report, form) => [edsTable(report.groups, form === 'wide', false)],
  data: report => report.document(),
  jsonIndent: 4,
  raw: report => report.artifact.bytes,
}
