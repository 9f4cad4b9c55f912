import {groupedBy} from '../../model/collections/grouped-by.js'
import {SYNC_PROBLEMS, type SyncProblem} from '../../model/istio/sync-problem.js'
import {stateOf, type TypeSync} from '../../model/istio/sync-state.js'
import {bothEnds} from '../../model/text/both-ends.js'
import {humanDuration} from '../../model/text/human-duration.js'
import {byText} from '../../model/text/order.js'
import type {Block, Cell, Doc} from '../../terminal/doc.js'
import type {View} from '../view.js'
import {promText} from './prom.js'
import type {ProxyRow, ProxyStatusReport} from './report.js'
import {SYNC_TONES, typesShown} from './types-shown.js'

function ageMs(report: ProxyStatusReport, time: string | undefined): number | undefined {
  return time === undefined ? undefined : Math.max(0, report.at.getTime() - Date.parse(time))
}

function stateCell(report: ProxyStatusReport, {state, sentAt}: TypeSync): Cell {
  const age = ageMs(report, sentAt)
  return {text: age === undefined ? state : `${state} (${humanDuration(age)})`, tone: SYNC_TONES[state]}
}

function tableRow(report: ProxyStatusReport, types: readonly string[], wide: boolean, row: ProxyRow): readonly Cell[] {
  const {proxy} = row
  const more = wide ? [row.revision === '' ? '-' : row.revision, proxy?.kind || '-'] : []
  if (proxy === undefined) {
    const kind = row.problems[0]?.kind
    const text = kind === undefined ? 'NOT KNOWN' : kind === 'disconnected' ? 'DISCONNECTED' : 'NOT CONNECTED'
    return [row.id, '-', ...types.map(() => '-'), {text, tone: 'bad'}, '-', ...more]
  }
  const cells = types.map(type => stateCell(report, stateOf(proxy, type)))
  return [row.id, proxy.cluster, ...cells, row.istiod ?? '-', proxy.version, ...more]
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

function summary(report: ProxyStatusReport): readonly Cell[] {
  const connected = report.counted.filter(row => row.proxy !== undefined)
  const has = (...kinds: readonly string[]) =>
    report.counted.filter(row => row.problems.some(problem => kinds.includes(problem.kind))).length
  const bad: readonly (readonly [number, string])[] = [
    [has('rejected'), 'in error'],
    [has('stale'), 'stale'],
    [has('unsubscribed'), 'not subscribed'],
    [has('disconnected'), 'disconnected'],
    [has('never-connected'), 'never connected'],
    [has('unknown'), 'not connected to any istiod'],
    [has('version-skew'), 'with an unsupported version'],
  ]
  const problemCounts = bad.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`)
  const silent = report.istiods.filter(istiod => istiod.silent !== undefined)
  const replicas = `${counted(report.istiods.length, 'istiod')}${silent.length === 0 ? '' : `, ${silent.length} not answering`}`
  const head = `${counted(connected.length, 'proxy', 'proxies')} connected to ${replicas}: `
  const unsaid = connected.some(row => row.proxy?.types.some(({state}) => state === 'SUBSCRIBED'))
  const fine = unsaid ? 'whether they are in sync is not said' : 'all in sync'
  const noProblems = report.counted.length === 0 ? 'nothing to show' : fine
  const verdict = [...problemCounts, ...(unsaid && problemCounts.length > 0 ? [fine] : [])].join(', ') || noProblems
  const asOf = report.atSource === 'now' ? '' : ` (as of ${report.at.toISOString()})`
  return [
    head,
    {
      text: verdict,
      tone: problemCounts.length > 0 ? (report.failing === true ? 'bad' : 'warn') : unsaid ? 'warn' : 'good',
    },
    {text: asOf, tone: 'dim'},
  ]
}

/** Groups identical problems of several proxies, such as an object that all of them reject. */
function groupIdentical(problems: readonly SyncProblem[]): readonly (readonly SyncProblem[])[] {
  const keyOf = ({kind, types, reason, resource, object, because, advice}: SyncProblem) =>
    JSON.stringify([kind, types, reason, resource, object, because, advice])
  return [...groupedBy(problems, keyOf).values()]
}

const NAMED = 5

function headLine(report: ProxyStatusReport, problems: readonly SyncProblem[], first: SyncProblem): readonly Cell[] {
  const {failing, title} = SYNC_PROBLEMS[first.kind]
  const [oldest] = problems
    .filter(each => each.since !== undefined)
    .sort((a, b) => byText(a.since ?? '', b.since ?? ''))
  const age = ageMs(report, oldest?.since)
  const bound = oldest?.sinceIs === undefined ? '' : `${oldest.sinceIs} `
  const tail = age === undefined ? '' : ` (for ${bound}${humanDuration(age)})`
  const tone = failing ? 'bad' : 'warn'
  if (problems.length === 1) return [{text: first.proxy, tone: 'strong'}, ' ', {text: title, tone}, tail]
  const names = problems.slice(0, NAMED).map(each => each.proxy)
  const rest = problems.length > NAMED ? ` and ${problems.length - NAMED} more` : ''
  const count = `${problems.length} proxies, each`
  return [{text: count, tone: 'strong'}, ' ', {text: title, tone}, `${tail}: ${names.join(', ')}${rest}`]
}

function problemLines(report: ProxyStatusReport, problems: readonly SyncProblem[]): readonly (readonly Cell[])[] {
  const [first] = problems
  if (first === undefined) return []
  const types = first.types.length === 0 ? '' : `${first.types.join(', ')}: `
  const about = [first.resource, first.object === undefined ? undefined : `from ${first.object}`]
    .filter(part => part !== undefined)
    .join(', ')
  const because = first.because === undefined ? '' : `; ${first.because}`
  const note = first.note !== undefined && problems.every(each => each.note === first.note) ? ` (${first.note})` : ''
  return [
    headLine(report, problems, first),
    [`  ${types}${first.reason}${note}`],
    ...(about === '' ? [] : [[`  Resource: ${about}${because}`]]),
    ...(first.evidence ?? []).map(text => [{text: `  Log: ${bothEnds(text)}`, tone: 'dim' as const}]),
    ...(first.advice === undefined ? [] : [[`  Fix: ${first.advice}`]]),
  ]
}

function doc(report: ProxyStatusReport, form: 'short' | 'table' | 'wide'): Doc {
  const problems = [...report.rows.flatMap(row => row.problems), ...report.outside]
  const silent = report.istiods.flatMap(({pod, silent: gap}) =>
    gap === undefined ? [] : [[{text: `${pod.name} did not answer: ${gap.detail}`, tone: 'warn' as const}]],
  )
  const head: Block = {block: 'text', lines: [summary(report), ...silent]}
  const why: readonly Block[] =
    problems.length === 0
      ? []
      : [{block: 'text', lines: groupIdentical(problems).flatMap(same => [[''], ...problemLines(report, same)])}]
  if (form === 'short') return [head, ...why]
  const types = typesShown(report)
  const wide = form === 'wide'
  const header = ['NAME', 'CLUSTER', ...types, 'ISTIOD', 'VERSION', ...(wide ? ['REVISION', 'TYPE'] : [])]
  const rows = report.rows.map(row => tableRow(report, types, wide, row))
  if (rows.length === 0) return [head, ...why]
  return [
    head,
    ...why,
    {block: 'text', lines: ['']},
    {block: 'table', style: 'columns', padding: 3, header, rows, spare: ['VERSION', 'CLUSTER']},
  ]
}

function data(report: ProxyStatusReport): unknown {
  return {
    apiVersion: 'meshctl/v1',
    kind: 'ProxyStatusReport',
    at: report.at.toISOString(),
    failing: report.failing ?? false,
    istiods: report.istiods.map(({pod, revision, version, proxies, silent}) => ({
      name: pod.name,
      namespace: pod.namespace,
      revision,
      version,
      proxies: proxies.length,
      silent,
    })),
    proxies: report.rows.map(({id, proxy, istiod, revision, problems}) => ({
      id,
      connected: proxy !== undefined,
      istiod: istiod ?? null,
      revision,
      cluster: proxy?.cluster ?? null,
      type: proxy?.kind ?? null,
      version: proxy?.version ?? null,
      types: proxy?.types ?? [],
      problems,
    })),
    notInMesh: report.outside,
    gaps: report.gaps,
  }
}

/** The sync status of every proxy: problems first, then one row per proxy. */
export const proxyStatusView: View<ProxyStatusReport> = {
  namedBy: 'NAME',
  doc,
  data,
  texts: {prom: promText},
}
