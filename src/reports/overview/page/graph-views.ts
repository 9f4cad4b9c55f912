import {groupedPairs} from '../../../model/collections/grouped-by.js'
import {humanCount} from '../../../model/text/human-count.js'
import {byText} from '../../../model/text/order.js'
import {type Box, type GraphLayout, type Link, placed} from '../../../terminal/html/graph-layout.js'
import type {GraphEdge, GraphNode, ServiceGraph} from '../service-graph.js'

/** One drawing of the graph: all of it, the namespaces as boxes, or one namespace with its neighbours. */
export interface GraphView {
  readonly kind: 'all' | 'namespaces' | 'namespace'
  readonly namespace?: string
  readonly layout: GraphLayout
}

/** Up to this many Services are drawn together; a larger mesh opens with its namespaces as boxes. */
const TOGETHER = 60
const NAME_CHARS = 34

/** How many pods are behind a Service, as far as they are known. */
export function podCount({pods}: Pick<GraphNode, 'pods'>): string {
  return pods === undefined ? 'pods not known' : humanCount(pods.length, 'pod')
}

/** A name shortened in its middle. */
export function shortened(name: string): string {
  if (name.length <= NAME_CHARS) return name
  const half = Math.floor((NAME_CHARS - 1) / 2)
  return `${name.slice(0, half)}…${name.slice(name.length - half)}`
}

/** What an arrow says: requests, else connections, else that a route leads there. */
export function linkLabel({
  requests,
  connections,
  failures,
}: Pick<GraphEdge, 'requests' | 'connections' | 'failures'>): string {
  const main =
    requests > 0 ? humanCount(requests, 'request') : connections > 0 ? humanCount(connections, 'connection') : 'routed'
  return failures > 0 ? `${main}, ${failures} failed` : main
}

function boxOf({id, name, namespace, ports, pods, kind}: GraphNode, foreign: boolean): Box {
  const what =
    kind === 'external'
      ? 'outside the mesh'
      : kind === 'workload'
        ? 'workload'
        : `port ${ports.slice(0, 3).join(', ') || '-'}${ports.length > 3 ? ', …' : ''}`
  const size = kind === 'external' ? '' : `, ${podCount({pods})}`
  return {id, lines: [shortened(name), shortened(foreign ? `in ${namespace}` : `${what}${size}`)]}
}

function linkOf(edge: GraphEdge): Link {
  return {from: edge.from, to: edge.to, label: linkLabel(edge)}
}

function namespacesView({nodes, edges}: ServiceGraph): GraphView {
  const home = new Map(nodes.map(({id, namespace}) => [id, namespace]))
  const groups = groupedPairs(nodes.map(node => [node.namespace, node] as const))
  const boxes = [...groups].map(([namespace, own]) => ({
    id: namespace,
    lines: [shortened(namespace), humanCount(own.length, 'service')],
  }))
  const between = groupedPairs(
    edges.flatMap(edge => {
      const [from = '', to = ''] = [home.get(edge.from), home.get(edge.to)]
      return from === to ? [] : [[JSON.stringify([from, to]), {from, to, edge}] as const]
    }),
  )
  const links = [...between.values()].flatMap((group): readonly Link[] => {
    const [first] = group
    if (first === undefined) return []
    const sum = (name: 'requests' | 'connections' | 'failures') => group.reduce((all, {edge}) => all + edge[name], 0)
    const label = linkLabel({requests: sum('requests'), connections: sum('connections'), failures: sum('failures')})
    return [{from: first.from, to: first.to, label}]
  })
  return {kind: 'namespaces', layout: placed(boxes, links)}
}

function namespaceView({nodes, edges}: ServiceGraph, namespace: string): GraphView {
  const own = new Set(nodes.filter(node => node.namespace === namespace).map(({id}) => id))
  const links = edges.filter(({from, to}) => own.has(from) || own.has(to))
  const shown = new Set([...own, ...links.flatMap(({from, to}) => [from, to])])
  const boxes = nodes.filter(({id}) => shown.has(id)).map(node => boxOf(node, !own.has(node.id)))
  return {kind: 'namespace', namespace, layout: placed(boxes, links.map(linkOf))}
}

/** The drawings of a graph; the first is the one to open with. */
export function graphViews(graph: ServiceGraph): readonly GraphView[] {
  const {nodes, edges} = graph
  const namespaces = [...new Set(nodes.map(({namespace}) => namespace))].sort(byText)
  const several = namespaces.length > 1
  const foreign = (node: GraphNode) => several && node.kind !== 'external'
  const all: readonly GraphView[] =
    several && nodes.length > TOGETHER
      ? []
      : [
          {
            kind: 'all',
            layout: placed(
              nodes.map(node => boxOf(node, foreign(node))),
              edges.map(linkOf),
            ),
          },
        ]
  if (!several) return all
  return [...all, namespacesView(graph), ...namespaces.map(each => namespaceView(graph, each))]
}
