import {type DecisionStep, nearMissText, type RequestOutcome} from '../../model/envoy/decision.js'
import type {EnvoyRequest} from '../../model/envoy/request.js'
import {podLabel} from '../../model/kube/kube-object.js'
import type {Block, Cell, Tone} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {TraceReport} from './report.js'

const STAGES: Readonly<Record<DecisionStep['stage'], string>> = {
  listener: 'listener',
  'listener-filters': 'listener filter',
  'filter-chain': 'filter chain',
  tls: 'TLS',
  'network-filter': 'network filter',
  http: 'HTTP',
  'virtual-host': 'virtual host',
  route: 'route',
  'http-filter': 'HTTP filter',
  cluster: 'cluster',
  endpoint: 'endpoint',
  answer: 'answer',
}

function requestWords(request: EnvoyRequest): string {
  const {destination, protocol, method, path, tls} = request
  const where = `${destination.ip.includes(':') ? `[${destination.ip}]` : destination.ip}:${destination.port}`
  const host = request.headers.find(([name]) => name.toLowerCase() === 'host')?.[1]
  const what = protocol === 'tcp' ? 'TCP' : `${method} ${path}${host === undefined ? '' : ` (host ${host})`}`
  const secured = tls === undefined ? 'in plaintext' : tls.certificate === undefined ? 'over TLS' : 'over mTLS'
  return `${what} to ${where} ${secured}, from ${request.source.ip}`
}

function rows(steps: readonly DecisionStep[], wide: boolean): readonly (readonly Cell[])[] {
  return steps.flatMap(step => [
    [STAGES[step.stage], step.text, ...(wide ? [{text: step.at ?? '', tone: 'dim' as const}] : [])],
    ...step.nearMisses.map(miss => ['', {text: nearMissText(miss), tone: 'dim' as const}, ...(wide ? [''] : [])]),
  ])
}

function verdictWords(outcome: RequestOutcome): {readonly text: string; readonly tone: Tone} {
  const {status, flags, details, terminationDetails, cluster} = outcome
  const clusters = cluster === null ? '' : typeof cluster === 'string' ? cluster : cluster.join(' or ')
  const why = details ?? terminationDetails
  const fine =
    flags.length === 0 &&
    terminationDetails === null &&
    (details === null || details === 'via_upstream' || (status ?? 500) < 400)
  if (fine && status === null && clusters !== '')
    return {text: `forwarded to ${clusters}; the upstream's response is unknown`, tone: 'good'}
  const words = [
    status === null ? 'no response' : `response ${status}`,
    ...(flags.length > 0 ? [`flags ${flags.join(',')}`] : []),
    ...(why === null ? [] : [why]),
    ...(outcome.location === null ? [] : [`to ${outcome.location}`]),
  ]
  return {text: words.join(', '), tone: fine ? 'good' : 'bad'}
}

function doc(report: TraceReport, wide: boolean): readonly Block[] {
  const {decision} = report
  const verdict: Cell = decision.decided
    ? verdictWords(decision.outcome)
    : {text: `undecided: it depends on ${decision.reason}`, tone: 'warn'}
  return [
    {block: 'text', lines: [`${podLabel(report.subject)}: ${requestWords(report.request)}`, verdict]},
    {
      block: 'table',
      style: 'columns',
      header: ['STAGE', 'WHAT HAPPENS', ...(wide ? ['AT'] : [])],
      rows: rows(decision.steps, wide),
    },
  ]
}

/** One request through one Envoy: the verdict, and hop by hop what decided it. */
export const traceView: View<TraceReport> = {
  doc: (report, form) => doc(report, form === 'wide'),
  data: ({subject, request, decision}) => ({subject, request, ...decision}),
}
