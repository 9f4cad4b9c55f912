import {objectLabel} from '../../model/pod.js'
import type {Block, Cell} from '../../terminal/doc.js'
import {wrapText} from '../../terminal/wrap.js'
import type {View} from '../view.js'
import type {CheckInjectReport, InjectAnswer} from './report.js'

const HEADER = ['WEBHOOK', 'REVISION', 'INJECTED', 'REASON']
const WIDTH = 79

function sentence({pod, decision, webhooks}: InjectAnswer): readonly Cell[] {
  const {injected} = decision
  const selecting = decision.decidedBy === 'policy' ? webhooks.find(({injects}) => injects)?.reason : undefined
  const reason = injected && selecting !== undefined ? `${selecting}, and ${decision.reason}` : decision.reason
  const words = `${objectLabel(pod.object)} ${injected ? 'gets a sidecar' : 'gets no sidecar'} when it is created: ${reason}.`
  return wrapText(words, WIDTH, '  ').map(text => ({text, tone: injected ? 'good' : 'warn'}))
}

function blocks(answer: InjectAnswer, wide: boolean): readonly Block[] {
  const rows = answer.webhooks.map(({configuration, revision, injects, reason}): readonly Cell[] => [
    configuration,
    revision,
    injects ? {text: '✔', tone: 'good'} : {text: '✘', tone: 'bad'},
    reason,
  ])
  const steps = answer.decision.steps.map(({question, answer: said}) => [question, said] as const)
  return [
    {block: 'text', lines: [...sentence(answer), '']},
    {block: 'table', style: 'columns', padding: 2, header: HEADER, rows},
    ...(wide
      ? ([
          {block: 'text', lines: ['']},
          {block: 'fields', fields: steps},
        ] as const)
      : []),
  ]
}

/** The answer in a sentence above istioctl's table. */
export const checkInjectView: View<CheckInjectReport> = {
  doc: ({answers}, form) => {
    if (form === 'short') return [{block: 'text', lines: answers.flatMap(sentence)}]
    return answers.flatMap((answer, index) => [
      ...(index === 0 ? [] : [{block: 'text', lines: ['']} as const]),
      ...blocks(answer, form === 'wide'),
    ])
  },
  data: ({answers}) => ({
    apiVersion: 'meshctl/v1',
    kind: 'InjectionReport',
    pods: answers.map(({pod, decision, webhooks, has}) => ({
      ...pod.object,
      injected: decision.injected,
      decidedBy: decision.decidedBy,
      reason: decision.reason,
      revision: decision.revision ?? null,
      hasSidecar: has ?? null,
      steps: decision.steps,
      webhooks,
    })),
  }),
}
