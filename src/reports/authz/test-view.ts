import {podLabel} from '../../model/kube/kube-object.js'
import type {Block, Line, Tone} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {AuthzTestReport, AuthzVerdict} from './test-report.js'

const TONES: Readonly<Record<AuthzVerdict['verdict'], Tone>> = {
  allowed: 'good',
  denied: 'bad',
  external: 'warn',
  unknown: 'warn',
}

function linesOf(each: AuthzVerdict): readonly Line[] {
  const {pod, port, identity, verdict, because, flips, proxy, warnings} = each
  return [
    [{text: verdict.toUpperCase(), tone: TONES[verdict]}, ` ${podLabel(pod)}:${port}: ${because}`],
    `  identity  ${identity ?? 'none (no mTLS)'}`,
    `  proxy     ${proxy === undefined ? 'not asked' : `${proxy.verdict}: ${proxy.because}`}`,
    ...flips.map(({rule, change}) => `  flips     ${change} (${rule})`),
    ...warnings.map(text => [{text: `  warning   ${text}`, tone: 'warn' as const}]),
  ]
}

/** The verdict for each server pod: which policy and rule, what would turn it around, and what the proxy says. */
export const authzTestView: View<AuthzTestReport> = {
  doc: ({from, to, request, verdicts}): readonly Block[] => [
    {block: 'text', lines: [`${from} requests ${to}: ${request}`]},
    ...verdicts.map((each): Block => ({block: 'text', lines: linesOf(each)})),
  ],
  data: ({from, to, request, verdicts}) => ({from, to, request, verdicts}),
}
