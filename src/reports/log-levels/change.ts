import {textOf} from '../../formats/decode.js'
import {type LogLevels, parseLogging} from '../../formats/envoy/envoy-logging.js'
import {parseJson} from '../../formats/json-text.js'
import type {Answer, Gap} from '../../model/evidence/answer.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import {UserError} from '../../model/evidence/user-error.js'
import {type PodRef, podLabel} from '../../model/kube/kube-object.js'
import type {Changes} from '../../sources/changes.js'
import type {Source} from '../../sources/source.js'
import type {LogLevelReport, PodLevels} from './report.js'

/** Levels to set: one for all loggers first, then individual loggers. */
export interface LevelChange {
  readonly all?: string
  readonly loggers: ReadonlyMap<string, string>
}

const LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off'] as const
/** Istio's default log level of a proxy (global.proxy.logLevel). */
const DEFAULT_LEVEL = 'warning'

function levelOf(text: string): string {
  const level = text === 'warn' ? 'warning' : text
  if ((LEVELS as readonly string[]).includes(level)) return level
  throw new UserError(`unrecognized logging level: ${text}`, {hint: `Levels are ${LEVELS.join(', ')}.`})
}

/** Reads `LEVEL`, `LOGGER:LEVEL` and `LOGGER=LEVEL`, separated by commas; as in istioctl, a level without logger discards the loggers before it. */
export function parseLevelChange(text: string): LevelChange {
  let all: string | undefined
  const loggers = new Map<string, string>()
  for (const item of text.split(',').map(each => each.trim())) {
    const [, logger, level] = /^(?:.*::)?([^:=]+)[:=]([^:=]+)$/.exec(item) ?? []
    if (logger !== undefined && level !== undefined) loggers.set(logger, levelOf(level))
    else {
      all = levelOf(item)
      loggers.clear()
    }
  }
  return {all, loggers}
}

/** The shortest change that sets these levels: the most frequent level for all, the others one by one. */
export function changeToRestore(levels: LogLevels): LevelChange {
  const counts = new Map<string, number>()
  for (const level of levels.values()) counts.set(level, (counts.get(level) ?? 0) + 1)
  const [most] = [...counts].sort((a, b) => b[1] - a[1])
  const all = most?.[0] ?? DEFAULT_LEVEL
  return {all, loggers: new Map([...levels].filter(([, level]) => level !== all))}
}

/** A change in the syntax of `--level`. */
export function changeText({all, loggers}: LevelChange): string {
  const single = [...loggers].map(([logger, level]) => `${logger}:${level}`)
  return [...(all === undefined ? [] : [all]), ...single].join(',')
}

/** The change for `--reset`: the mesh's default log level from the injector's values. */
export async function meshDefault(
  source: Source,
  istioNamespace: string,
  revision: string | undefined,
): Promise<LevelChange> {
  const name = revision === undefined ? 'istio-sidecar-injector' : `istio-sidecar-injector-${revision}`
  const answer = await source.objects({kind: 'ConfigMap', namespace: istioNamespace, name})
  const values = answer.ok ? textOf(answer.value[0], 'data', 'values') : undefined
  const json = values === undefined ? undefined : parseJson(Buffer.from(values), name)
  const level = json?.ok === true ? textOf(json.value, 'global', 'proxy', 'logLevel') : undefined
  return level === undefined ? {all: DEFAULT_LEVEL, loggers: new Map()} : parseLevelChange(level)
}

/** The changes a source supports; an error for anything but a live cluster. */
export function changesOf(source: Source): Changes {
  if (source.changes !== undefined) return source.changes
  throw new UserError(`log levels can only be changed on a live cluster, not in ${source.origin.label}`)
}

/** Sets levels on each pod, one after the other; an unknown logger is an error before anything is set. */
export async function setLevels(
  source: Source,
  before: LogLevelReport,
  changeFor: (pod: PodLevels) => LevelChange,
): Promise<LogLevelReport> {
  const changes = changesOf(source)
  for (const each of before.pods) refuseUnknown(each, changeFor(each))
  const pods: PodLevels[] = []
  const gaps: Gap[] = [...before.gaps]
  for (const each of before.pods) {
    const answer = await setOn(changes, each.pod, changeFor(each))
    const levels = answer.ok ? parseLogging(answer.value) : answer
    if (!levels.ok) gaps.push({...levels.gap, what: `log levels of ${podLabel(each.pod)}`})
    else pods.push({pod: each.pod, levels: levels.value, bytes: answer.ok ? answer.value.bytes : new Uint8Array()})
  }
  return {...before, pods, gaps}
}

function refuseUnknown({pod, levels}: PodLevels, {loggers}: LevelChange): void {
  const unknown = [...loggers.keys()].find(logger => !levels.has(logger))
  if (unknown === undefined) return
  throw new UserError(`unrecognized logger name: ${unknown}`, {
    hint: `Loggers of ${podLabel(pod)}: ${[...levels.keys()].join(', ')}.`,
  })
}

async function setOn(changes: Changes, pod: PodRef, {all, loggers}: LevelChange): Promise<Answer<Artifact>> {
  const steps: [string, string | undefined][] = [
    ...(all === undefined ? [] : [[all, undefined] as [string, undefined]]),
    ...[...loggers].map(([logger, level]) => [level, logger] as [string, string]),
  ]
  let answer: Answer<Artifact> | undefined
  for (const [level, logger] of steps) {
    answer = await changes.setLogLevel(pod, level, logger)
    if (!answer.ok) return answer
  }
  if (answer === undefined) throw new UserError('no level specified')
  return answer
}
