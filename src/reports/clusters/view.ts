import type {EnvoyCluster} from '../../model/envoy-cluster.js'
import type {View} from '../view.js'
import type {ClusterReport} from './report.js'

const HEADER = ['SERVICE FQDN', 'PORT', 'SUBSET', 'DIRECTION', 'TYPE', 'DESTINATION RULE']

function row({name, parts, type, rule}: EnvoyCluster): readonly string[] {
  if (parts === undefined) return [name, '-', '-', '-', type, rule]
  return [parts.host, String(parts.port), parts.subset === '' ? '-' : parts.subset, parts.direction, type, rule]
}

/** istioctl's cluster table. */
export const clustersView: View<ClusterReport> = {
  doc: report => [{block: 'table', style: 'columns', padding: 5, header: HEADER, rows: report.clusters.map(row)}],
  data: report => report.clusters.map(cluster => cluster.json),
  jsonIndent: 4,
  raw: report => report.artifact.bytes,
}
