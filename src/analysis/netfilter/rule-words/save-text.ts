import type {Action, Rule, Ruleset} from '../../../model/kernel/ruleset.js'
import {conditionText} from './condition-text.js'

const ORDER = ['source', 'destination', 'in-interface', 'out-interface', 'protocol', 'fragment']

function actionText(action: Action, family: Ruleset['family']): string {
  switch (action.kind) {
    case 'jump':
      return `-j ${action.chain}`
    case 'goto':
      return `-g ${action.chain}`
    case 'redirect':
      return action.ports === undefined ? '-j REDIRECT' : `-j REDIRECT --to-ports ${action.ports}`
    case 'masquerade':
      return action.ports === undefined ? '-j MASQUERADE' : `-j MASQUERADE --to-ports ${action.ports}`
    case 'dnat':
      return `-j DNAT --to-destination ${action.to}`
    case 'snat':
      return `-j SNAT --to-source ${action.to}`
    case 'tproxy': {
      const address = action.address ?? (family === 'ip6' ? '::' : '0.0.0.0')
      return `-j TPROXY --on-port ${action.port} --on-ip ${address} --tproxy-mark ${action.mark ?? '0x0/0x0'}`
    }
    case 'set-mark':
      return `-j MARK --set-xmark ${action.value}/${action.mask}`
    case 'set-connmark':
      return `-j CONNMARK --set-xmark ${action.value}/${action.mask}`
    case 'save-mark':
    case 'restore-mark':
      return `-j CONNMARK --${action.kind} --nfmask ${action.nfmask} --ctmask ${action.ctmask}`
    case 'ct-zone':
      return `-j CT --zone ${action.zone}`
    case 'notrack':
      return '-j CT --notrack'
    case 'reject':
      return action.reply === undefined ? '-j REJECT' : `-j REJECT --reject-with ${action.reply}`
    case 'log':
      return `-j ${/^(TRACE|NFLOG|ULOG)\b/.test(action.text) ? '' : 'LOG '}${action.text}`.trimEnd()
    case 'queue':
      return '-j NFQUEUE'
    case 'opaque':
      return action.text
    default:
      return `-j ${action.kind.toUpperCase()}`
  }
}

/** A rule as iptables-save spells it, without `-A CHAIN` (iptables-save(8)); for rules that were computed rather than read. */
export function saveRuleText(
  {conditions, actions}: Pick<Rule, 'conditions' | 'actions'>,
  family: Ruleset['family'] = 'ip',
): string {
  const protocol = conditions.find(({field}) => field === 'protocol')?.values[0] ?? 'tcp'
  const general = ORDER.flatMap(field => conditions.filter(condition => condition.field === field))
  const matches = conditions.filter(({field}) => !ORDER.includes(field))
  return [
    ...[...general, ...matches].map(({field, values, negated}) =>
      conditionText(field).save(values, negated ? '! ' : '', protocol),
    ),
    ...actions.map(action => actionText(action, family)),
  ].join(' ')
}

/** A whole ruleset as iptables-save text, ready for iptables-restore. */
export function saveText(ruleset: Ruleset): string {
  const tables = ruleset.tables.map(({name, chains}) => {
    const heads = chains.map(
      chain => `:${chain.name} ${chain.hook === undefined ? '-' : (chain.policy ?? 'accept').toUpperCase()} [0:0]`,
    )
    const rules = chains.flatMap(chain =>
      chain.rules.map(rule => `-A ${chain.name} ${saveRuleText(rule, ruleset.family)}`.trimEnd()),
    )
    return [`*${name}`, ...heads, ...rules, 'COMMIT'].join('\n')
  })
  return tables.length === 0 ? '' : `${tables.join('\n')}\n`
}
