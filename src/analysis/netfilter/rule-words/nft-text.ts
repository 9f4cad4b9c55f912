import type {Action, Rule, Ruleset} from '../../../model/kernel/ruleset.js'
import {conditionText} from './condition-text.js'

function actionText(action: Action): string {
  switch (action.kind) {
    case 'jump':
    case 'goto':
      return `${action.kind} ${action.chain}`
    case 'redirect':
      return action.ports === undefined ? 'redirect' : `redirect to :${action.ports}`
    case 'tproxy':
      return `tproxy ip to :${action.port}`
    case 'set-mark':
      return `meta mark set ${action.value}`
    case 'save-mark':
      return 'ct mark set meta mark'
    case 'restore-mark':
      return 'meta mark set ct mark'
    case 'set-connmark': {
      const keep = (~Number(action.mask) >>> 0).toString(16)
      return `ct mark set ct mark & 0x${keep} | ${action.value}`
    }
    case 'ct-zone':
      return `ct zone set ${action.zone}`
    default:
      return action.kind
  }
}

/** A rule as nft spells it (nft(8)), with the counter Istio gives each; the protocol is left out where ports imply it. */
export function nftRuleText({conditions, actions}: Pick<Rule, 'conditions' | 'actions'>): string {
  const protocol = conditions.find(({field}) => field === 'protocol')?.values[0] ?? 'tcp'
  const hasPorts = conditions.some(({field}) => field === 'source-port' || field === 'destination-port')
  const shown = conditions.filter(({field}) => !(field === 'protocol' && hasPorts))
  return [
    ...shown.map(({field, values, negated}) => conditionText(field).nft(values, negated ? '!= ' : '', protocol)),
    'counter',
    ...actions.map(actionText),
  ].join(' ')
}

/** A native ruleset as an nft script. */
export function nftText(ruleset: Ruleset): string {
  const tables = ruleset.tables.map(({family, name, chains}) => {
    const blocks = chains.map(chain => {
      const base =
        chain.hook === undefined
          ? []
          : [
              `    type ${chain.kind} hook ${chain.hook} priority ${chain.priority}; policy ${chain.policy ?? 'accept'};`,
            ]
      return [`  chain ${chain.name} {`, ...base, ...chain.rules.map(rule => `    ${nftRuleText(rule)}`), '  }'].join(
        '\n',
      )
    })
    return [`table ${family} ${name} {`, ...blocks, '}'].join('\n')
  })
  return tables.length === 0 ? '' : `${tables.join('\n')}\n`
}
