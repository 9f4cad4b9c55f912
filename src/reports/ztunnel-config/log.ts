import {answeredFrom, noted} from '../../evidence/provenance.js'
import {type Gap, gapSentence} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import {type PodRef, podLabel} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import type {View} from '../view.js'
import {chooseZtunnels, type ZtunnelChoice} from './choose.js'

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'off']
/** istioctl's words for levels that ztunnel (Rust's tracing) names otherwise. */
const ALSO: ReadonlyMap<string, string> = new Map([
  ['warning', 'warn'],
  ['critical', 'error'],
])

/** What ztunnel says about its log levels, as text. */
interface ZtunnelLevels {
  readonly pod: PodRef
  readonly said: string
}

export interface ZtunnelLogReport extends Report {
  readonly pods: readonly ZtunnelLevels[]
}

function levelOf(text: string): string {
  const level = ALSO.get(text) ?? text
  if (LEVELS.includes(level)) return level
  throw new UserError(`unrecognized logging level: ${text}`, {hint: `Levels are ${LEVELS.join(', ')}.`})
}

/** Reads `LEVEL` and `SCOPE=LEVEL` (or `SCOPE:LEVEL`), separated by commas, into the directives ztunnel takes. */
export function ztunnelDirectives(text: string): string {
  return text
    .split(',')
    .map(item => {
      const [, scope, level] = /^([A-Za-z0-9_:]{1,64}?)[:=]([a-z]+)$/.exec(item.trim()) ?? []
      return scope === undefined || level === undefined ? levelOf(item.trim()) : `${scope}=${levelOf(level)}`
    })
    .join(',')
}

/** The log levels of the ztunnels chosen; with directives they are set first, which a live cluster alone can do. */
export async function ztunnelLogReport(
  given: Source,
  choice: ZtunnelChoice,
  change: {readonly directives: string; readonly reset: boolean} | undefined,
): Promise<ZtunnelLogReport> {
  const source = noted(given)
  const {changes} = source
  if (change !== undefined && changes === undefined)
    throw new UserError(`log levels can only be changed on a live cluster, not in ${source.origin.label}`)
  const {refs} = await chooseZtunnels(source, choice)
  const pods: ZtunnelLevels[] = []
  const gaps: Gap[] = []
  for (const pod of refs) {
    const answer =
      change === undefined || changes === undefined
        ? await source.evidence('ztunnel.logging', pod)
        : await changes.setZtunnelLogLevel(pod, change.directives, change.reset)
    if (answer.ok) pods.push({pod, said: Buffer.from(answer.value.bytes).toString('utf8').trimEnd()})
    else gaps.push({...answer.gap, what: `log levels of ${podLabel(pod)}`})
  }
  if (pods.length === 0)
    throw new UserError(gaps[0] === undefined ? 'no ztunnel found' : gapSentence(gaps[0]), {gap: gaps[0]})
  return {...answeredFrom(source), gaps, notes: [], pods}
}

/** Each ztunnel's answer as istioctl prints it. */
export const ztunnelLogView: View<ZtunnelLogReport> = {
  doc: ({pods}) => pods.map(({pod, said}) => ({block: 'text', lines: [`${podLabel(pod)}:`, said, '']})),
  data: ({pods}) => Object.fromEntries(pods.map(({pod, said}) => [podLabel(pod), said])),
}
