import {groupedBy} from '../../model/collections/grouped-by.js'
import {podLabel} from '../../model/kube/kube-object.js'
import {objectLabel} from '../../model/kube/pod.js'
import type {Block, Cell, Tone} from '../../terminal/doc.js'
import type {View} from '../view.js'
import {mermaidOf} from './path-mermaid.js'
import type {PathBranch, PathReport} from './path-report.js'
import type {PathStep} from './path-steps.js'

const HOPS: Readonly<Record<PathStep['hop'], string>> = {
  name: 'name',
  'kernel-out': 'kernel out',
  'kernel-in': 'kernel in',
  service: 'service',
  'client-proxy': 'client Envoy',
  ztunnel: 'ztunnel',
  waypoint: 'waypoint',
  gateway: 'gateway Envoy',
  tls: 'TLS',
  'server-proxy': 'server Envoy',
  application: 'application',
  network: 'network',
  outside: 'outside',
}

const DISPOSITIONS: Readonly<Record<PathBranch['outcome'], readonly [string, Tone]>> = {
  delivered: ['delivered', 'good'],
  denied: ['denied', 'bad'],
  'no-route': ['no route', 'bad'],
  'no-endpoint': ['no healthy endpoint', 'bad'],
  refused: ['connection refused', 'bad'],
  'tls-mismatch': ['TLS mismatch', 'bad'],
  answered: ['reply from a proxy', 'warn'],
  'not-captured': ['not captured', 'warn'],
  undecided: ['undecided', 'warn'],
}

function shareText(share: number): string {
  return share >= 0.99995 ? '' : `${Math.round(share * 1000) / 10}%: `
}

function seenByClient(branch: PathBranch): string {
  const {status, flags, outcome} = branch
  if (outcome === 'delivered' || outcome === 'not-captured' || outcome === 'undecided') return ''
  const code =
    status === null
      ? 'a connection without a response'
      : status === 0
        ? 'a broken connection, no HTTP status'
        : `status ${status}`
  return `the client gets ${code}${flags.length === 0 ? '' : `, flags ${flags.join(',')}`}`
}

function verdict(branch: PathBranch): readonly Cell[] {
  const [text, tone] = DISPOSITIONS[branch.outcome]
  const seen = seenByClient(branch)
  const {condition, because} = branch
  const assumed = condition === null ? '' : `, if ${condition}`
  return [
    shareText(branch.share),
    condition === null ? {text, tone} : {text: `${text} (conditional)`, tone: 'warn'},
    `: ${because}${assumed}${seen === '' ? '' : `; ${seen}`}`,
  ]
}

function fieldsOf(branch: PathBranch): readonly (readonly [string, Cell])[] {
  const {cause, logs, orDetails} = branch
  const failing = cause !== undefined
  return [
    ...(cause?.object === undefined
      ? []
      : [['Cause', `${objectLabel(cause.object)}${cause.field === undefined ? '' : ` ${cause.field}`}`] as const]),
    ...(cause === undefined ? [] : [['Fix', cause.fix] as const]),
    ...(failing && logs.client !== undefined ? [['Client log', logs.client] as const] : []),
    ...(failing && logs.server !== undefined ? [['Server log', logs.server] as const] : []),
    ...orDetails.map(each => ['Or', each] as const),
  ]
}

/** `envoy.clusters, envoy.config_dump 2026-11-20T19:00:00Z`: what a step was read from, and when. */
function evidenceText({evidence}: PathStep): string {
  const byTime = groupedBy(evidence, use => use.observedAt ?? 'at an unknown time')
  return [...byTime].map(([at, uses]) => `${uses.map(use => use.evidence).join(', ')} ${at}`).join('; ')
}

function stepRows(steps: readonly PathStep[], wide: boolean): readonly (readonly Cell[])[] {
  return steps.flatMap(step => [
    [HOPS[step.hop], step.where, step.text, ...(wide ? [{text: evidenceText(step), tone: 'dim' as const}] : [])],
    ...step.nearMisses.map(each => ['', '', {text: each, tone: 'dim' as const}, ...(wide ? [''] : [])]),
    ...(wide
      ? step.reasons.map(({text, at, object}) => [
          '',
          '',
          {text, tone: 'dim' as const},
          {
            text: [at ?? '', object === undefined ? '' : objectLabel(object)].filter(each => each !== '').join('  '),
            tone: 'dim' as const,
          },
        ])
      : []),
  ])
}

function sameStep(a: PathStep | undefined, b: PathStep): boolean {
  return a !== undefined && a.hop === b.hop && a.where === b.where && a.text === b.text
}

/** The steps from the first that differs from the previous path. */
function ownSteps(branch: PathBranch, main: PathBranch | undefined): readonly PathStep[] {
  if (main === undefined || main === branch) return branch.steps
  const first = branch.steps.findIndex((step, i) => !sameStep(main.steps[i], step))
  return first < 0 ? [] : branch.steps.slice(first)
}

function branchBlocks(branch: PathBranch, report: PathReport, wide: boolean): readonly Block[] {
  const [main] = report.branches
  const fields = fieldsOf(branch)
  const header = ['HOP', 'WHERE', 'WHAT HAPPENS', ...(wide ? ['EVIDENCE'] : [])]
  const rows = stepRows(ownSteps(branch, main), wide)
  return [
    ...(branch === main ? [] : [{block: 'text', lines: [verdict(branch)]} as const]),
    ...(fields.length === 0 ? [] : [{block: 'fields', fields} as const]),
    ...(rows.length === 0 ? [] : [{block: 'table', style: 'columns', header, rows} as const]),
  ]
}

function doc(report: PathReport, wide: boolean): readonly Block[] {
  const [main] = report.branches
  const rest =
    report.unfollowed > 0
      ? [`${Math.round(report.unfollowed * 100)}% of the requests were not simulated: there are too many paths`]
      : []
  return [
    {
      block: 'text',
      lines: [
        `${report.from}: ${report.request}`,
        ...(main === undefined ? [] : [verdict(main)]),
        ...(report.outside.length === 0 ? [] : [`send it to ${report.outside.join(' or ')}`]),
        ...report.caveats,
        ...rest,
      ],
    },
    ...report.branches.flatMap(branch => branchBlocks(branch, report, wide)),
  ]
}

/** The path of a request through the mesh: the verdict, then one line per hop; every branch of a split. */
export const pathView: View<PathReport> = {
  doc: (report, form) => doc(report, form === 'wide'),
  data: ({from, to, request, outside, caveats, branches, unfollowed}) => ({
    apiVersion: 'meshctl/v1',
    kind: 'RequestPath',
    from,
    to,
    request,
    outside,
    caveats,
    branches: branches.map(({pod, ...branch}) => ({...branch, pod: pod === undefined ? null : podLabel(pod)})),
    unfollowed,
  }),
  texts: {mermaid: mermaidOf},
}
