import {type AnyRule, isConfigRule, needsText} from '../../rules/any-rule.js'
import {ruleData} from '../../rules/rule-data.js'
import type {Cell} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {RulesReport} from './report.js'

const TONES = {error: 'bad', warning: 'warn', info: 'dim'} as const

function row(rule: AnyRule, wide: boolean): readonly Cell[] {
  const {code, severity, slug, title, aliases} = rule
  const base: readonly Cell[] = [code, {text: severity, tone: TONES[severity]}, slug, title]
  if (!wide) return base
  return [
    ...base,
    aliases.join(' ') || '-',
    (isConfigRule(rule) ? rule.kinds : rule.modes).join(' '),
    needsText(rule, 'the pod alone'),
  ]
}

/** Every rule as one line. */
export const rulesView: View<RulesReport> = {
  namedBy: 'CODE',
  doc: ({rules}, form) => [
    {
      block: 'table',
      style: 'columns',
      padding: 2,
      header: ['CODE', 'SEVERITY', 'NAME', 'TITLE', ...(form === 'wide' ? ['ALSO', 'CHECKS', 'NEEDS'] : [])],
      rows: rules.map(rule => row(rule, form === 'wide')),
    },
  ],
  data: ({rules}) => ({apiVersion: 'meshctl/v1', kind: 'RuleList', rules: rules.map(ruleData)}),
}
