import {podLabel} from '../../model/kube-object.js'
import type {Cell} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {ProbeReport} from './probe-report.js'

type Line = Cell | readonly Cell[]

function verdict({cameTrue, parted, prediction, undecided}: ProbeReport): readonly Line[] {
  if (cameTrue !== undefined)
    return [[{text: 'as predicted', tone: 'good'}, `: ${cameTrue.outcome}, ${cameTrue.because}`]]
  const [main] = prediction
  if (undecided === true || main === undefined)
    return [[{text: 'not predicted', tone: 'warn'}, `: ${main?.because ?? 'the configuration does not decide it'}`]]
  const found = parted.map(({field, expected, actual}) => `${field} is ${actual}, predicted ${expected}`)
  return [
    [{text: 'not as predicted', tone: 'bad'}, `: ${found.join('; ') || 'no way came true'}`],
    `  predicted: ${main.outcome}, ${main.because}`,
  ]
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
      ],
    },
  ],
  data: ({subject, url, method, container, argv, answer, lines, prediction, cameTrue, parted}) => ({
    apiVersion: 'meshctl/v1',
    kind: 'Probe',
    pod: podLabel(subject),
    method,
    url,
    container,
    argv,
    answer,
    logs: lines.map(({pod, line, entry}) => ({pod: podLabel(pod), line, entry})),
    asPredicted: cameTrue !== undefined,
    parted,
    prediction,
  }),
}
