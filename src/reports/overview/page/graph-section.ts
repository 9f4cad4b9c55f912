import {groupedPairs} from '../../../model/collections/grouped-by.js'
import type {Severity} from '../../../model/finding.js'
import {SEVERITIES} from '../../../model/finding.js'
import {humanCount} from '../../../model/text/human-count.js'
import {byText} from '../../../model/text/order.js'
import {graphSvg} from '../../../terminal/html/graph-svg.js'
import {type Html, html, idOf, type Piece} from '../../../terminal/html/markup.js'
import type {CheckedWorkload} from '../../check/evaluate/aggregator.js'
import type {OverviewReport} from '../report.js'
import type {GraphEdge, GraphNode, ServiceGraph} from '../service-graph.js'
import {workloadId} from './findings-section.js'
import {type GraphView, graphViews, linkLabel, podCount} from './graph-views.js'
import {answeredSection, sentences, table} from './section.js'

type Troubled = ReadonlyMap<string, readonly CheckedWorkload[]>

/** The workloads with findings, by the label of each of their pods. */
function troubledPods({check}: OverviewReport): Troubled {
  const troubled = (check.ok ? check.value.workloads : []).filter(({findings}) =>
    findings.some(({accepted}) => accepted === undefined),
  )
  return groupedPairs(
    troubled.flatMap(each => each.pods.map(pod => [`${pod}.${each.workload.namespace}`, each] as const)),
  )
}

function workloadsOf({pods}: GraphNode, troubled: Troubled): readonly CheckedWorkload[] {
  return [...new Set((pods ?? []).flatMap(pod => troubled.get(pod) ?? []))]
}

function worst(workloads: readonly CheckedWorkload[]): Severity | undefined {
  const open = workloads.flatMap(({findings}) => findings.filter(({accepted}) => accepted === undefined))
  return SEVERITIES.find(severity => open.some(each => each.severity === severity))
}

function fullName({id, name, namespace, kind}: GraphNode): string {
  return kind === 'workload' || id.startsWith(`${name}.${namespace}.`) ? `${name}.${namespace}` : name
}

function viewId({kind, namespace}: GraphView): string {
  return idOf('graph', kind, namespace ?? '')
}

function viewName({kind, namespace}: GraphView): string {
  if (kind === 'all') return 'all services'
  return kind === 'namespaces' ? 'namespaces' : `namespace ${namespace ?? ''}`
}

function boxId(view: GraphView, id: string): string {
  return `${viewId(view)}--${idOf('box', id)}`
}

interface Known {
  readonly nodes: ReadonlyMap<string, GraphNode>
  readonly edges: ReadonlyMap<string, GraphEdge>
  readonly troubled: Troubled
}

function drawing(view: GraphView, known: Known): Html {
  const {nodes, edges, troubled} = known
  const id = viewId(view)
  const svg = graphSvg(
    id,
    `Service graph, ${viewName(view)}`,
    view.layout,
    box => {
      const node = nodes.get(box.id)
      if (view.kind === 'namespaces' || node === undefined) {
        const own = [...nodes.values()].filter(({namespace}) => namespace === box.id)
        return {
          href: `#${idOf('graph', 'namespace', box.id)}`,
          look: `namespace ${worst(own.flatMap(each => workloadsOf(each, troubled))) ?? 'clean'}`,
          title: 'opens the namespace',
          id: boxId(view, box.id),
        }
      }
      const severity = worst(workloadsOf(node, troubled))
      const state = severity === undefined ? 'no findings' : `worst finding: ${severity}`
      const foreign = view.kind === 'namespace' && node.namespace !== view.namespace ? ' foreign' : ''
      return {
        href: `#${idOf('service', node.id)}`,
        look: `${severity ?? 'clean'}${foreign}`,
        title: state,
        id: boxId(view, node.id),
      }
    },
    link => {
      const edge = edges.get(JSON.stringify([link.from, link.to]))
      const look =
        edge === undefined ? '' : edge.failures > 0 ? 'bad' : edge.requests + edge.connections > 0 ? 'seen' : 'routed'
      return {look, title: `${link.from} to ${link.to}: ${link.label}`}
    },
  )
  return html`<figure class="view" id="${id}" tabindex="-1"><figcaption>${viewName(view)}</figcaption>${svg}</figure>`
}

function callsOf(node: GraphNode, edges: readonly GraphEdge[], nameOf: (id: string) => string): Piece {
  const into = edges.filter(({to}) => to === node.id).map(edge => `called by ${nameOf(edge.from)}: ${linkLabel(edge)}`)
  const out = edges.filter(({from}) => from === node.id).map(edge => `calls ${nameOf(edge.to)}: ${linkLabel(edge)}`)
  return sentences([...into, ...out])
}

function serviceItem(node: GraphNode, known: Known, edges: readonly GraphEdge[], nameOf: (id: string) => string): Html {
  const workloads = workloadsOf(node, known.troubled)
  const links = workloads.map(
    ({workload, findings}) =>
      html`<li><a href="#${workloadId(workload)}">${humanCount(findings.length, 'finding')} of ${workload.kind} ${workload.name}</a></li>`,
  )
  return html`<details class="card" id="${idOf('service', node.id)}"><summary><span class="title">${fullName(node)}</span> <span class="muted">${podCount(node)}</span></summary><dl><dt>Host</dt><dd><code>${node.kind === 'workload' ? 'none: no Service selects it' : node.id}</code></dd><dt>Ports</dt><dd>${node.ports.join(', ') || '-'}</dd><dt>Pods</dt><dd>${node.pods?.join(', ') || podCount(node)}</dd></dl>${callsOf(node, edges, nameOf)}${links.length === 0 ? undefined : html`<ul>${links}</ul>`}</details>`
}

function edgeRow(edge: GraphEdge, nameOf: (id: string) => string): Html {
  const {from, to, requests, connections, failures, seenBy, routedBy} = edge
  const evidence = [
    ...(seenBy.length === 0 ? [] : [`counted by the Envoy of ${seenBy.join(', ')} (/clusters)`]),
    ...(routedBy.length === 0 ? [] : [`routed by ${routedBy.join(', ')}`]),
  ]
  return html`<tr><th scope="row">${nameOf(from)}</th><td>${nameOf(to)}</td><td>${requests}</td><td>${connections}</td><td>${failures}</td><td>${evidence.join('; ')}</td></tr>`
}

function controls(views: readonly GraphView[], nodes: readonly GraphNode[]): Html {
  const boxOf = (node: GraphNode) => {
    const view = views.find(
      ({kind, namespace}) => kind === 'all' || (kind === 'namespace' && namespace === node.namespace),
    )
    return view === undefined ? '' : boxId(view, node.id)
  }
  const names = [...nodes].sort((a, b) => byText(fullName(a), fullName(b)))
  const options = names.map(node => html`<option value="${fullName(node)}" data-box="${boxOf(node)}"></option>`)
  const choices = views.map(view => html`<option value="${viewId(view)}">${viewName(view)}</option>`)
  return html`<form class="filter graph-controls" role="search" aria-label="Find a service"><label>Find a service <input type="search" name="service" list="service-names" autocomplete="off" spellcheck="false"></label><datalist id="service-names">${options}</datalist><label>Show <select name="view">${choices}</select></label><output aria-live="polite"></output></form>`
}

function graphBody(graph: ServiceGraph, report: OverviewReport): Html {
  const {nodes, edges} = graph
  const views = graphViews(graph)
  const byId = new Map(nodes.map(node => [node.id, node]))
  const known: Known = {
    nodes: byId,
    edges: new Map(edges.map(edge => [JSON.stringify([edge.from, edge.to]), edge])),
    troubled: troubledPods(report),
  }
  const nameOf = (id: string) => {
    const node = byId.get(id)
    return node === undefined ? id : fullName(node)
  }
  const header = ['From', 'To', 'Requests', 'Connections', 'Failed', 'Evidence']
  const calls =
    edges.length === 0
      ? html`<p>No call was seen and no route leads from one Service to another.</p>`
      : table(
          'Calls between services',
          header,
          edges.map(edge => edgeRow(edge, nameOf)),
        )
  return html`${controls(views, nodes)}<div id="graph-views">${views.map(view => drawing(view, known))}</div><h3>Calls</h3>${calls}<h3>Services</h3><div class="services">${nodes.map(node => serviceItem(node, known, edges, nameOf))}</div>`
}

/** The Services and who calls whom, as a drawing and as lists. */
export function graphSection(report: OverviewReport): Html {
  return answeredSection(
    'graph',
    'Service graph',
    report.graph,
    ({nodes, edges}) =>
      `${humanCount(nodes.length, 'service')} and ${humanCount(edges.length, 'call')}: what proxies have counted since they got the endpoints, and what VirtualServices route.`,
    graph => graphBody(graph, report),
  )
}
