import type {Action, MatchCondition, Rule, Ruleset} from '../../../model/ruleset.js'

function set(values: readonly string[]): string {
  const words = values.map(value => value.replace(':', '-'))
  return words.length === 1 ? (words[0] ?? '') : `{ ${words.join(', ')} }`
}

function mark(key: string, operator: string, value: string): string {
  const [number = '', mask = '0xffffffff'] = value.split('/')
  return mask === '0xffffffff'
    ? `${key} ${operator}${number}`
    : `${key} & ${mask} ${operator === '' ? '== ' : operator}${number}`
}

function address(end: 's' | 'd', values: readonly string[], operator: string): string {
  return `${values[0]?.includes(':') === true ? 'ip6' : 'ip'} ${end}addr ${operator}${values.length === 1 ? values[0] : `{ ${values.join(', ')} }`}`
}

function conditionText({field, negated, values}: MatchCondition, protocol: string): string {
  const operator = negated ? '!= ' : ''
  switch (field) {
    case 'source':
      return address('s', values, operator)
    case 'destination':
      return address('d', values, operator)
    case 'in-interface':
      return `iifname ${operator}"${values[0]}"`
    case 'out-interface':
      return `oifname ${operator}"${values[0]}"`
    case 'protocol':
      return `meta l4proto ${operator}${set(values)}`
    case 'source-port':
      return `${protocol} sport ${operator}${set(values)}`
    case 'destination-port':
      return `${protocol} dport ${operator}${set(values)}`
    case 'uid':
      return `meta skuid ${operator}${set(values)}`
    case 'gid':
      return `meta skgid ${operator}${set(values)}`
    case 'mark':
      return mark('meta mark', operator, values[0] ?? '')
    case 'connmark':
      return mark('ct mark', operator, values[0] ?? '')
    case 'ct-state':
      return `ct state ${operator}${values.join(',').toLowerCase()}`
    default:
      return values.join(' ')
  }
}

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
  return [...shown.map(condition => conditionText(condition, protocol)), 'counter', ...actions.map(actionText)].join(
    ' ',
  )
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
