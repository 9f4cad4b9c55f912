import {podLabel} from '../../model/kube/kube-object.js'
import type {Cell} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {CountersMoved} from './probe-counters.js'
import type {ProbeReport} from './probe-report.js'

/** Counters shown on a terminal; -o json holds all. */
const SHOWN = 8

type Line = Cell | readonly Cell[]

function verdict({cameTrue, parted, prediction, undecided}: ProbeReport): readonly Line[] {
  if (cameTrue !== undefined)
    return [[{text: 'as predicted', tone: 'good'}, `: ${cameTrue.outcome}, ${cameTrue.because}`]]
  const [main] = prediction
  if (undecided === true || main === undefined)
    return [[{text: 'not predicted', tone: 'warn'}, `: ${main?.because ?? 'the configuration does not decide it'}`]]
  const found = parted.map(({field, expected, actual}) => `${field} is ${actual}, predicted ${expected}`)
  return [
    [{text: 'not as predicted', tone: 'bad'}, `: ${found.join('; ') || 'no predicted path was taken'}`],
    `  predicted: ${main.outcome}, ${main.because}`,
  ]
}

function counterLines({pod, rules, stats, unread}: CountersMoved): readonly Line[] {
  const label = podLabel(pod)
  const lines = [
    ...rules.map(({at, rule, packets, text}) => `  rule of ${label}: ${at} rule ${rule} +${packets} (${text})`),
    ...stats.slice(0, SHOWN).map(({name, by}) => `  counter of ${label}: ${name} +${by}`),
    ...(stats.length > SHOWN ? [`  ${stats.length - SHOWN} more counters of ${label} went up: -o json`] : []),
  ]
  return [...lines, ...unread.map(each => `  not compared in ${label}: ${each}`)]
}

function answerWords({answer}: ProbeReport): string {
  return answer.status === 0 ? `no answer: ${answer.failure ?? ''}` : `status ${answer.status}`
}

/** A request that was really sent: the answer, the lines both proxies wrote, and whether it is what trace predicts. */
export const probeView: View<ProbeReport> = {
  doc: report => [
    {
      block: 'text',
      lines: [
        `${podLabel(report.subject)} ${report.method} ${report.url}: ${answerWords(report)}`,
        ...verdict(report),
        ...report.proof.map(([name, value]) => `  ${name}: ${value}`),
        ...report.lines.map(({pod, line}) => `  log of ${podLabel(pod)}: ${line}`),
        ...(report.lines.length === 0 ? ['  no proxy wrote an access-log line about it'] : []),
        ...report.counters.flatMap(counterLines),
      ],
    },
  ],
  data: ({subject, url, method, container, argv, answer, lines, counters, prediction, cameTrue, parted}) => ({
    apiVersion: 'meshctl/v1',
    kind: 'Probe',
    pod: podLabel(subject),
    method,
    url,
    container,
    argv,
    answer,
    logs: lines.map(({pod, line, entry}) => ({pod: podLabel(pod), line, entry})),
    counters: counters.map(each => ({...each, pod: podLabel(each.pod)})),
    asPredicted: cameTrue !== undefined,
    parted,
    prediction,
  }),
}
