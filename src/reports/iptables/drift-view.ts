import type {RuleDifference} from '../../analysis/netfilter/drift/drift.js'
import {exemptsOwnPorts, isHarmless} from '../../analysis/netfilter/drift/harmless.js'
import type {Rule} from '../../model/kernel/ruleset.js'
import {podLabel} from '../../model/kube/kube-object.js'
import {humanCount} from '../../model/text/human-count.js'
import type {Block, Cell, Doc} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {DriftReport} from './drift-report.js'

const WORDS = {
  missing: 'missing',
  extra: 'not expected',
  changed: 'changed',
  moved: 'moved',
  foreign: 'third-party',
  residue: 'duplicate',
  incomplete: 'not compared',
  policy: 'the policy DROP',
} as const

const FAMILY = {ip: 'IPv4', ip6: 'IPv6', inet: ''} as const

function ruleLines(sign: string, rules: readonly Rule[], tone: 'bad' | 'warn'): readonly (readonly Cell[])[] {
  const shown = rules
    .slice(0, 12)
    .map(rule => [{text: `    ${sign} ${rule.text.replace(/^-[AI] \S+ /, '')}`, tone}] as const)
  return rules.length > 12 ? [...shown, [`      and ${rules.length - 12} more`]] : shown
}

function differenceLines(difference: RuleDifference): readonly (readonly Cell[])[] {
  const {kind, family, place, expected, actual, consequences} = difference
  const matters = difference.effective && !isHarmless(difference)
  const why = exemptsOwnPorts(difference)
    ? ': the rule exempts a port of the sidecar itself'
    : ': the container runtime made this rule'
  const what = `${WORDS[kind]} in ${place}${FAMILY[family] === '' ? '' : ` (${FAMILY[family]})`}`
  const effect: readonly (readonly Cell[])[] =
    consequences.length > 0
      ? consequences.map(text => [{text: `    → ${text}`, tone: matters ? 'strong' : 'dim'} as const])
      : [[{text: '    → no effect: every packet takes the same path', tone: 'dim'}]]
  return [
    ['', {text: matters ? '! ' : '  ', tone: 'warn'}, {text: what, tone: 'strong'}],
    ...ruleLines('-', expected, 'bad'),
    ...ruleLines('+', actual, 'warn'),
    ...effect,
    ...(difference.effective && !matters ? [[`    no traffic of an application changes${why}`]] : []),
  ]
}

function verdictOf(differences: DriftReport['differences']): Cell {
  if (differences.length === 0) return {text: 'the rules match the expected rules', tone: 'good'}
  const all = humanCount(differences.length, 'difference')
  const effective = differences.filter(each => each.effective).length
  const open = differences.filter(each => each.kind === 'incomplete').length
  if (effective > 0 && differences.every(each => !each.effective || isHarmless(each)))
    return {text: `${all}, none of which changes traffic of an application`, tone: 'good'}
  if (effective > 0) {
    const some = `${effective} of which ${effective === 1 ? 'changes' : 'change'}`
    const every = effective === 1 ? 'which changes' : 'all of which change'
    const besides = open === 0 ? '' : `; ${open} not compared`
    return {text: `${all}, ${effective < differences.length ? some : every} where packets go${besides}`, tone: 'bad'}
  }
  return open > 0
    ? {text: `${humanCount(open, 'part')} of the rules could not be compared`, tone: 'warn'}
    : {text: `${all}, none of which affects any packet`, tone: 'good'}
}

/** The verdict about rules that are not the current ones: drift was not checked, whatever they were at start. */
function openVerdict({differences, expected}: DriftReport): readonly Cell[] {
  const open: Cell = {text: 'not checked: whether the current rules match the expected ones', tone: 'warn'}
  if (expected === undefined) return [open, '; the expected rules are known only from the same log']
  if (differences.length === 0) return [open, '; at pod start they did']
  return [open, '; at pod start: ', verdictOf(differences)]
}

function headline(report: DriftReport): readonly (readonly Cell[])[] {
  const {differences, expected, subject, startUp} = report
  const basis = expected === undefined ? '' : ` (expected rules from ${expected.via}; ${expected.release})`
  const verdict = startUp === undefined ? [verdictOf(differences)] : openVerdict(report)
  return [
    ...(startUp === undefined ? [] : [[{text: `${startUp}.`, tone: 'warn'} as const]]),
    [{text: podLabel(subject), tone: 'strong'}, '  ', ...verdict, basis],
  ]
}

function doc(report: DriftReport): Doc {
  const ordered = [...report.differences].sort((a, b) => Number(b.effective) - Number(a.effective))
  const block: Block = {block: 'text', lines: [...headline(report), ...ordered.flatMap(differenceLines)]}
  return [block]
}

function data(report: DriftReport): unknown {
  const {expected, differences, subject, origin, gaps} = report
  return {
    apiVersion: 'meshctl/v1',
    kind: 'DriftReport',
    subject: podLabel(subject),
    origin: origin.label,
    checked: report.startUp === undefined,
    rules: report.startUp === undefined ? 'current' : 'set-at-start',
    setAt: report.kernel.setAt,
    expected:
      expected === undefined
        ? null
        : {
            via: expected.via,
            kind: expected.kind,
            istioMinor: expected.minor,
            guessed: expected.guessed,
            release: expected.release,
          },
    differences: differences.map(({expected: wanted, actual, ...rest}) => ({
      ...rest,
      expected: wanted.map(rule => rule.text),
      actual: actual.map(rule => rule.text),
    })),
    notChecked: gaps,
  }
}

/** Differences, those that matter first, each with its rules and what follows for traffic. */
export const driftView: View<DriftReport> = {doc, data}
