import type {EnvoyCluster} from '../../model/envoy/envoy-cluster.js'
import type {Table} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {ClusterReport} from './report.js'

const HEADER = ['SERVICE FQDN', 'PORT', 'SUBSET', 'DIRECTION', 'TYPE', 'DESTINATION RULE']
const WIDE = ['LB POLICY', 'TLS', 'OUTLIER DETECTION', 'HEALTH CHECK', 'CONNECT TIMEOUT', 'CLUSTER NAME']

function row({name, parts, type, rule}: EnvoyCluster, unparsed = name): readonly string[] {
  if (parts === undefined) return [unparsed, '-', '-', '-', type, rule]
  return [parts.host, String(parts.port), parts.subset === '' ? '-' : parts.subset, parts.direction, type, rule]
}

function wideRow(cluster: EnvoyCluster): readonly string[] {
  const {lbPolicy, tls, outlier, healthChecks, connectTimeout, customType, unknownType} = cluster.traits
  const [host = '', port = '', subset = '', direction = '', type = '', rule = ''] = row(cluster)
  const shownType =
    unknownType !== '' ? `unknown (${unknownType})` : customType === '' ? type : `${type} (${customType})`
  const shared = [host, port, subset, direction, shownType, rule]
  return [...shared, lbPolicy, tls, outlier, healthChecks, connectTimeout, cluster.name]
}

/** istioctl's cluster table; with `named`, each row starts with `cluster/NAME` as in `proxy-config all`. */
export function clusterTable(clusters: readonly EnvoyCluster[], wide: boolean, named: boolean): Table {
  const rows = clusters.map(cluster => {
    const label = `cluster/${cluster.name}`
    const cells = wide ? wideRow(cluster) : row(cluster, named && cluster.name !== '' ? label : cluster.name)
    return named && cluster.name !== '' ? [label, ...cells] : cells
  })
  const header = [...(named ? ['NAME'] : []), ...HEADER, ...(wide ? WIDE : [])]
  return {block: 'table', style: 'columns', padding: 5, header, rows}
}

/** istioctl's cluster table; wide adds load balancing, TLS and health. */
export const clustersView: View<ClusterReport> = {
  namedBy: 'SERVICE FQDN',
  doc: (report, form) => [clusterTable(report.clusters, form === 'wide', false)],
  data: report => report.document(),
  jsonIndent: 4,
  raw: report => report.artifact.bytes,
}
