import type {Table} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {BootstrapReport} from './report.js'

type Facts = BootstrapReport['facts']

/** Labelled facts of the summary; empty ones are left out, except Envoy's version. */
const SHORT = [
  ['Istio Version:', 'istioVersion'],
  ['Istio Proxy Version:', 'proxyVersion'],
  ['Envoy Version:', 'envoyVersion'],
] as const satisfies readonly (readonly [string, keyof Facts])[]

const WIDE = [
  ['Node:', 'nodeId'],
  ['Cluster:', 'cluster'],
  ['Discovery Address:', 'discoveryAddress'],
  ['Service Account:', 'serviceAccount'],
  ['Interception Mode:', 'interceptionMode'],
  ['Last Updated:', 'lastUpdated'],
] as const satisfies readonly (readonly [string, keyof Facts])[]

/** istioctl's bootstrap summary; wide adds the proxy's identity. */
export function bootstrapTable(facts: Facts, wide: boolean): Table {
  const rows = (wide ? [...SHORT, ...WIDE] : SHORT)
    .map(([label, name]) => [label, facts[name]])
    .filter(([, text]) => text !== '')
  return {block: 'table', style: 'columns', padding: 1, rows}
}

/** istioctl's bootstrap views; the default is the JSON document. */
export const bootstrapView: View<BootstrapReport> = {
  doc: (report, form) => [bootstrapTable(report.facts, form === 'wide')],
  data: report => report.document(),
  jsonIndent: 4,
  usual: 'json',
  raw: report => report.artifact.bytes,
}
