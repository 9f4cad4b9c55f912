import {gapSentence} from '../../model/evidence/answer.js'
import {objectLabel} from '../../model/kube/pod.js'
import {type Block, type Cell, type Line, prose} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {CheckInjectReport, InjectAnswer, Unanswered} from './report.js'

const HEADER = ['WEBHOOK', 'REVISION', 'INJECTED', 'REASON']

function sentence({pod, decision, because}: InjectAnswer): readonly Line[] {
  const {injected} = decision
  const reason = injected && because !== decision.reason ? `${because}, and ${decision.reason}` : decision.reason
  const words = `${objectLabel(pod.object)} ${injected ? 'gets a sidecar' : 'gets no sidecar'} when it is created: ${reason}.`
  return [prose(words, injected ? 'good' : 'warn', '  ')]
}

function unknown({pod, gap}: Unanswered): readonly Line[] {
  const words = `${objectLabel(pod.object)}: not checked. ${gapSentence(gap)}.`
  return [prose(words, 'warn', '  ')]
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

/** The result in a sentence above istioctl's table. */
export const checkInjectView: View<CheckInjectReport> = {
  namedBy: 'WEBHOOK',
  doc: ({answers, unanswered}, form) => {
    const open = unanswered.flatMap(unknown)
    if (form === 'short') return [{block: 'text', lines: [...answers.flatMap(sentence), ...open]}]
    const blocksOfAll = answers.flatMap((answer, index) => [
      ...(index === 0 ? [] : [{block: 'text', lines: ['']} as const]),
      ...blocks(answer, form === 'wide'),
    ])
    return open.length === 0 ? blocksOfAll : [...blocksOfAll, {block: 'text', lines: ['', ...open]}]
  },
  data: ({answers, unanswered}) => ({
    apiVersion: 'meshctl/v1',
    kind: 'InjectionReport',
    notChecked: unanswered.map(({pod, gap}) => ({...pod.object, gap})),
    pods: answers.map(({pod, decision, webhooks, has, assumed}) => ({
      ...pod.object,
      injected: decision.injected,
      decidedBy: decision.decidedBy,
      reason: decision.reason,
      revision: decision.revision ?? null,
      assumed,
      hasSidecar: has ?? null,
      steps: decision.steps,
      webhooks,
    })),
  }),
}
