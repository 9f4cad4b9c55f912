import {podLabel} from '../../model/kube/kube-object.js'
import {objectLabel} from '../../model/kube/pod.js'
import {humanCount} from '../../model/text/human-count.js'
import type {Block, Cell} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {LineCause} from './line-cause.js'
import type {CausedGroup, ErrorsReport} from './report.js'

type Line = Cell | readonly Cell[]

function statusWords({code, flags, details}: CausedGroup): string {
  return [code, ...(flags.length === 0 ? [] : [flags.join(',')]), ...(details === '-' ? [] : [details])].join(' ')
}

const VERDICTS: Readonly<Record<LineCause['verdict'], string>> = {
  explains: 'because',
  differs: 'not explained by the current configuration, by which',
  unknown: 'not decided',
}

/** What in today's configuration explains a line: the object and field, what to change, the command that shows every hop. */
export function causeLines(why: LineCause): readonly Line[] {
  const {cause, because, command, verdict, meaning} = why
  const object = cause?.object === undefined ? undefined : objectLabel(cause.object)
  const where =
    object === undefined ? cause?.field : [object, cause?.field].filter(each => each !== undefined).join(' ')
  return [
    ...(meaning === undefined ? [] : [`  means: ${meaning}`]),
    `  ${VERDICTS[verdict]}: ${because}${where === undefined ? '' : ` (${where})`}`,
    ...(cause === undefined ? [] : [`  fix: ${cause.fix}`]),
    ...(command === undefined ? [] : [[{text: `  ${command}`, tone: 'dim'} as const]]),
  ]
}

function groupLines(group: CausedGroup): readonly Line[] {
  return [
    [`${group.count}x `, {text: statusWords(group), tone: 'bad'}, `  ${group.from} → ${group.to}`],
    ...(group.why === undefined ? [] : causeLines(group.why)),
  ]
}

function headline({groups, failures, requests, logs, since}: ErrorsReport): string {
  const window = since === undefined ? '' : ` since ${since.slice(0, 19)}Z`
  const read = `${requests} requests in the access logs of ${humanCount(logs, 'proxy', 'proxies')}${window}`
  if (logs === 0) return `not checked: no access log could be read${window}`
  if (requests === 0)
    return `no requests in the access logs of ${humanCount(logs, 'proxy', 'proxies')}${window}: failures are unknown`
  if (groups.length === 0) return `nothing fails: ${read}`
  return `${failures} of ${read} failed (${humanCount(groups.length, 'kind')} of failure)`
}

function silentLines({silent, requests}: ErrorsReport): readonly Line[] {
  if (silent.length === 0) return []
  const names = silent.slice(0, 3).map(podLabel).join(', ')
  const more = silent.length > 3 ? ` and ${silent.length - 3} more` : ''
  const switched = requests === 0 ? '; access logs may be disabled (Telemetry, meshConfig.accessLogFile)' : ''
  return [`no access log in this period from ${names}${more}${switched}`]
}

/** Failing requests: each group with its cause, its field and the command that shows every hop; then what Envoys counted. */
export const errorsView: View<ErrorsReport> = {
  doc: report => {
    const counted = report.counted.flatMap(({pod, sentences}) => sentences.map(each => [podLabel(pod), each]))
    const blocks: Block[] = [
      {block: 'text', lines: [headline(report), ...report.groups.flatMap(groupLines), ...silentLines(report)]},
    ]
    if (counted.length > 0)
      blocks.push({block: 'table', style: 'columns', header: ['POD', 'COUNTED SINCE ENVOY STARTED'], rows: counted})
    return blocks
  },
  data: ({groups, failures, requests, logs, silent, counted, since}) => ({
    apiVersion: 'meshctl/v1',
    kind: 'Errors',
    since: since ?? null,
    requests,
    failures,
    logs,
    groups: groups.map(({example, ...group}) => ({...group, writer: example.writer, entry: example.entry})),
    silent: silent.map(podLabel),
    counted: counted.map(({pod, sentences}) => ({pod: podLabel(pod), sentences})),
  }),
}
