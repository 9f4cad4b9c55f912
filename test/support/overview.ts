import {answered} from '../../src/model/evidence/answer.js'
import {type OverviewReport, overviewReport} from '../../src/reports/overview/report.js'
import type {GraphEdge, GraphNode} from '../../src/reports/overview/service-graph.js'
import {RULES} from '../../src/rules/registry.js'
import type {Source} from '../../src/sources/source.js'
import {sampleSource} from './sample.js'

/** The report on a source, as `report -A` asks for it. */
export async function overviewOf(
  source: Source,
  namespace?: string,
  now = new Date('2026-11-20T19:00:00Z'),
): Promise<OverviewReport> {
  return await overviewReport(source, {
    namespace,
    istioNamespace: 'istio-system',
    deep: true,
    rules: RULES,
    policy: {severities: new Map(), accepted: [], at: now},
    failOn: 'warning',
    sinceMs: undefined,
    now,
    version: '0.0.0',
  })
}

let ofSample: Promise<OverviewReport> | undefined

/** The report on the sample mesh, made once per test file: nothing changes it. */
export function sampleOverview(): Promise<OverviewReport> {
  ofSample ??= sampleSource().then(source => overviewOf(source))
  return ofSample
}

/** The same report with a graph of many Services in 25 namespaces, each calling a few of its own and of the next namespace. */
export function withServices(report: OverviewReport, count: number): OverviewReport {
  const home = (at: number) => `team-${at % 25}`
  const nodes = Array.from({length: count}, (_, at): GraphNode => {
    const name = `service-number-${at}`
    const id = `${name}.${home(at)}.svc.cluster.local`
    return {id, name, namespace: home(at), kind: 'service', ports: [8080], pods: [`${name}-0.${home(at)}`]}
  })
  const edge = (from: number, to: number): readonly GraphEdge[] => {
    const [a, b] = [nodes[from], nodes[to % count]]
    if (a === undefined || b === undefined || a === b) return []
    const counted = {requests: from * 7 + 1, failures: from % 11 === 0 ? 3 : 0, connections: 1}
    return [{from: a.id, to: b.id, ...counted, seenBy: [`${a.name}-0.${a.namespace}`], routedBy: []}]
  }
  const edges = nodes.flatMap((_, at) => [
    ...edge(at, at + 25),
    ...edge(at, at * 3 + 25),
    ...(at % 4 === 0 ? edge(at, at + 1) : []),
  ])
  const distinct = [...new Map(edges.map(each => [`${each.from} ${each.to}`, each])).values()]
  return {...report, graph: answered({nodes, edges: distinct})}
}
