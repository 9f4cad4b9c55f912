import type {Action, MatchCondition, Rule, Ruleset} from '../../../model/ruleset.js'

const ORDER = ['source', 'destination', 'in-interface', 'out-interface', 'protocol', 'fragment']

function host(value: string): string {
  if (value.includes('/')) return value
  return `${value}/${value.includes(':') ? 128 : 32}`
}

function mark(value: string): string {
  return value.replace('/0xffffffff', '')
}

function ports(protocol: string, option: string, many: string, values: readonly string[], not: string): string {
  return values.length > 1
    ? `-m multiport ${not}--${many} ${values.join(',')}`
    : `-m ${protocol} ${not}--${option} ${values[0]}`
}

function conditionText({field, negated, values}: MatchCondition, protocol: string): string {
  const not = negated ? '! ' : ''
  const list = values.join(',')
  switch (field) {
    case 'source':
      return `${not}-s ${values.map(host).join(',')}`
    case 'destination':
      return `${not}-d ${values.map(host).join(',')}`
    case 'in-interface':
      return `${not}-i ${list}`
    case 'out-interface':
      return `${not}-o ${list}`
    case 'protocol':
      return `${not}-p ${list === 'icmpv6' ? 'ipv6-icmp' : list}`
    case 'fragment':
      return `${not}-f`
    case 'destination-port':
      return ports(protocol, 'dport', 'dports', values, not)
    case 'source-port':
      return ports(protocol, 'sport', 'sports', values, not)
    case 'any-port':
      return `-m multiport ${not}--ports ${list}`
    case 'uid':
      return `-m owner ${not}--uid-owner ${list.replace(':', '-')}`
    case 'gid':
      return `-m owner ${not}--gid-owner ${list.replace(':', '-')}`
    case 'socket-owner':
      return `-m owner ${not}--socket-exists`
    case 'mark':
      return `-m mark ${not}--mark ${mark(list)}`
    case 'connmark':
      return `-m connmark ${not}--mark ${mark(list)}`
    case 'ct-state':
      return `-m conntrack ${not}--ctstate ${list}`
    case 'ct-status':
      return `-m conntrack ${not}--ctstatus ${list}`
    case 'source-type':
      return `-m addrtype ${not}--src-type ${list}`
    case 'destination-type':
      return `-m addrtype ${not}--dst-type ${list}`
    case 'socket':
      return list === 'transparent' ? '-m socket --transparent' : '-m socket'
    case 'tcp-flags':
      return `-m tcp ${not}--tcp-flags ${list}`
    case 'icmp-type':
      return protocol === 'icmpv6' ? `-m icmp6 ${not}--icmpv6-type ${list}` : `-m icmp ${not}--icmp-type ${list}`
    case 'family':
    case 'dynamic':
    case 'opaque':
      return list
  }
}

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
      return `-j LOG ${action.text}`.trimEnd()
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
    ...[...general, ...matches].map(condition => conditionText(condition, protocol)),
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
