import {answeredFrom, noted} from '../../evidence/provenance.js'
import {type LogLevels, parseLogging} from '../../formats/envoy/envoy-logging.js'
import {type Answer, answered, type Gap, gapSentence} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import {type PodRef, podLabel} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'

export interface PodLevels {
  readonly pod: PodRef
  readonly levels: LogLevels
  readonly bytes: Uint8Array
}

export interface LogLevelReport extends Report {
  readonly pods: readonly PodLevels[]
}

async function levelsOf(source: Source, pod: PodRef): Promise<Answer<PodLevels>> {
  const artifact = await source.evidence('envoy.logging', pod)
  if (!artifact.ok) return artifact
  const levels = parseLogging(artifact.value)
  return levels.ok ? answered({pod, levels: levels.value, bytes: artifact.value.bytes}) : levels
}

function named(gap: Gap, pod: PodRef): Gap {
  return {...gap, what: `log levels of ${podLabel(pod)}`}
}

/** The log levels of each pod's Envoy; pods that do not answer are gaps, and an error if none answers. */
export async function logLevelReport(given: Source, subjects: readonly PodRef[]): Promise<LogLevelReport> {
  const source = noted(given)
  const answers = await Promise.all(subjects.map(async pod => ({pod, answer: await levelsOf(source, pod)})))
  const pods = answers.flatMap(({answer}) => (answer.ok ? [answer.value] : []))
  const gaps = answers.flatMap(({pod, answer}) => (answer.ok ? [] : [named(answer.gap, pod)]))
  if (pods.length === 0) {
    throw new UserError(gaps[0] === undefined ? 'no pods found' : gapSentence(gaps[0]), {
      next: 'meshctl capture   # a capture of a live cluster contains the log levels',
      gap: gaps[0],
    })
  }
  return {...answeredFrom(source), gaps, notes: [], pods}
}
