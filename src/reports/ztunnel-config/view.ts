import type {Block, Table} from '../../terminal/doc.js'
import type {View} from '../view.js'
import {connectionsDocument, identityDocument, policyDocument, serviceDocument, workloadDocument} from './documents.js'
import type {ZtunnelReport} from './report.js'
import {
  type ConnectionsShown,
  certificateTable,
  connectionTable,
  inPodOrder,
  inPolicyOrder,
  inServiceOrder,
  policyTable,
  serviceTable,
  workloadTable,
} from './tables.js'

function view(
  table: (report: ZtunnelReport, wide: boolean) => Table,
  data: (report: ZtunnelReport) => unknown,
): View<ZtunnelReport> {
  return {
    doc: (report, form) => [table(report, form === 'wide')],
    data,
    jsonIndent: 4,
    raw: report => report.artifact.bytes,
  }
}

/** istioctl's table and document of workloads. */
export const workloadsView = view(
  ({workloads, dump}, wide) => workloadTable(workloads, dump, wide),
  ({workloads}) => workloads.map(workloadDocument),
)

/** istioctl's table and document of services. */
export const servicesView = view(
  ({services, dump}, wide) => serviceTable(services, dump, wide),
  ({services}) => inServiceOrder(services).map(serviceDocument),
)

/** istioctl's table and document of policies. */
export const policiesView = view(
  ({policies, dump}, wide) => policyTable(policies, dump, wide),
  ({policies}) => inPolicyOrder(policies).map(policyDocument),
)

/** istioctl's table and document of certificates; none at all is `null`. */
export const certificatesView = view(
  ({identities, evaluatedAt}, wide) => certificateTable(identities, evaluatedAt.at, wide),
  ({identities}) => (identities.length === 0 ? null : identities.map(identityDocument)),
)

/** istioctl's table and document of connections. */
export function connectionsView(shown: ConnectionsShown): View<ZtunnelReport> {
  return view(
    ({podStates, dump}) => connectionTable(podStates, dump, shown),
    ({podStates}) => inPodOrder(podStates).map(connectionsDocument),
  )
}

const BLANK: Block = {block: 'text', lines: ['']}

/** istioctl's tables one below the other, each after a blank line; json and yaml print the dump unchanged. */
export function ztunnelAllView(headings: boolean, connections: ConnectionsShown): View<ZtunnelReport> {
  const parts: readonly (readonly [string, View<ZtunnelReport>])[] = [
    ['WORKLOAD', workloadsView],
    ['SERVICE', servicesView],
    ['POLICY', policiesView],
    ['SECRET', certificatesView],
    ['CONNECTIONS', connectionsView(connections)],
  ]
  return {
    doc: (report, form) =>
      parts.flatMap(([name, part]) => [
        BLANK,
        ...(headings ? [{block: 'text', lines: [`------ ${name} INFO ------`, '']} as const] : []),
        ...part.doc(report, form),
      ]),
    data: ({json}) => json,
    raw: ({artifact}) => artifact.bytes,
  }
}
