import {podLabel} from '../../model/kube/kube-object.js'
import type {Cell} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {OwnProxyReport} from './report.js'

function sourceText({source}: OwnProxyReport): string {
  if (source === undefined) return '-'
  if (source.kind === 'server')
    return `${source.addresses.join(', ') || 'address unknown'} (cluster ${source.cluster ?? '?'})`
  return source.paths.join(', ') || '-'
}

/** One proxy with its control plane and what it has accepted. */
export const ownProxyView: View<OwnProxyReport> = {
  doc: report => {
    const rows: readonly (readonly [string, string])[] = [
      ['Proxy', podLabel(report.subject)],
      ['Node', report.node || '-'],
      ['Envoy', report.envoy || '-'],
      ['State', report.state],
      ['Control plane', report.controlPlane],
      ['Configuration from', sourceText(report)],
    ]
    const width = Math.max(...rows.map(([name]) => name.length)) + 3
    const problems = report.problems.map((text): Cell => ({text: `! ${text}`, tone: 'bad'}))
    return [
      {block: 'text', lines: [...rows.map(([name, value]) => `${`${name}:`.padEnd(width)}${value}`), '']},
      {
        block: 'table',
        style: 'columns',
        padding: 3,
        header: ['TYPE', 'RESOURCES', 'VERSION'],
        rows: report.types.map(({type, count, version}) => [type, String(count), version || '-']),
      },
      ...(problems.length === 0 ? [] : [{block: 'text' as const, lines: ['', ...problems]}]),
    ]
  },
  data: report => ({
    apiVersion: 'meshctl/v1',
    kind: 'OwnProxyReport',
    proxy: podLabel(report.subject),
    node: report.node,
    envoy: report.envoy,
    state: report.state,
    controlPlane: report.controlPlane,
    source: report.source ?? null,
    types: report.types,
    problems: report.problems.map(message => ({message})),
  }),
}
