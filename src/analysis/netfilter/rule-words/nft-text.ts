import {own} from '../../../model/collections/own.js'
import {UserError} from '../../../model/evidence/user-error.js'
import type {Action, MatchCondition, Rule, Ruleset, TableFamily} from '../../../model/kernel/ruleset.js'
import {conditionText} from './condition-text.js'

/** Where a rule stands: the family of its table, and whether its own text is that of nft. */
interface Place {
  readonly family: TableFamily
  readonly native: boolean
}

const FULL = '0xffffffff'
const NATIVE: Place = {family: 'ip', native: true}

/** `(old and not mask) xor value`, as nft writes it: a constant where nothing of the old is kept. */
function markText(key: string, value: string, mask: string): string {
  if (mask === FULL) return `${key} set ${value}`
  const keep = (~Number(mask) >>> 0).toString(16)
  const within = (Number(value) & ~Number(mask)) === 0
  return `${key} set ${key} & 0x${keep} ${within ? '|' : '^'} ${value}`
}

/** The ICMP types with which a packet is rejected, by what iptables calls them behind `icmp-` and `icmp6-`. */
const REPLIES: Readonly<Record<string, string>> = {
  'proto-unreachable': 'prot-unreachable',
  'net-prohibited': 'net-prohibited',
  'adm-prohibited': 'admin-prohibited',
}

function rejectText(reply: string | undefined): string {
  if (reply === undefined) return 'reject'
  if (reply === 'tcp-reset') return 'reject with tcp reset'
  const found = /^(icmp6?)-(.+)$/.exec(reply)
  if (found === null) return `reject with ${reply}`
  const name = found[2] ?? ''
  return `reject with ${found[1] === 'icmp6' ? 'icmpv6' : 'icmp'} type ${own(REPLIES, name) ?? name}`
}

function logText(text: string): string {
  if (/^nftrace |^TRACE\b/.test(text)) return 'meta nftrace set 1'
  if (text.startsWith('log')) return text
  const option = (name: RegExp) =>
    name
      .exec(text)
      ?.slice(1)
      .find(each => each !== undefined)
  const prefix = option(/--(?:log|nflog)-prefix (?:"([^"]*)"|(\S+))/)
  const group = option(/--nflog-group (\d+)/)
  return `log${group === undefined ? '' : ` group ${group}`}${prefix === undefined ? '' : ` prefix "${prefix}"`}`
}

/** The statement of an action (nft(8)); undefined where nft has none. */
function actionText(action: Action, {family, native}: Place): string | undefined {
  const to = family === 'inet' ? ' ip to' : ' to'
  switch (action.kind) {
    case 'jump':
    case 'goto':
      return `${action.kind} ${action.chain}`
    case 'redirect':
    case 'masquerade':
      return action.ports === undefined ? action.kind : `${action.kind} to :${action.ports}`
    case 'dnat':
    case 'snat':
      return `${action.kind}${action.to.startsWith('[') && family === 'inet' ? ' ip6 to' : to} ${action.to}`
    case 'tproxy': {
      const [value, mask = FULL] = action.mark?.split('/') ?? []
      const mark = value === undefined || mask === '0x0' ? '' : ` ${markText('meta mark', value, mask)}`
      // TPROXY of iptables accepts what it takes; nft goes on with the rule.
      return `tproxy ${family === 'ip6' ? 'ip6' : 'ip'} to ${action.address ?? ''}:${action.port}${mark}${native ? '' : ' accept'}`
    }
    case 'set-mark':
      return markText('meta mark', action.value, action.mask)
    case 'set-connmark':
      return markText('ct mark', action.value, action.mask)
    case 'save-mark':
      return action.nfmask === FULL && action.ctmask === FULL ? 'ct mark set meta mark' : undefined
    case 'restore-mark':
      return action.nfmask === FULL && action.ctmask === FULL ? 'meta mark set ct mark' : undefined
    case 'ct-zone':
      return `ct zone set ${action.zone}`
    case 'reject':
      return rejectText(action.reply)
    case 'log':
      return logText(action.text)
    case 'opaque':
      return native ? action.text : undefined
    default:
      return action.kind
  }
}

function matchText({field, values, negated}: MatchCondition, protocol: string, native: boolean): string | undefined {
  if (field === 'dynamic' || field === 'opaque') return native ? values.join(' ') : undefined
  return conditionText(field).nft(values, negated ? '!= ' : '', protocol)
}

/** Fields whose text names the protocol: a match on it is left out beside them. */
const WITH_PROTOCOL: ReadonlySet<string> = new Set(['source-port', 'destination-port', 'tcp-flags', 'icmp-type'])

/** The parts of a rule as nft spells them; undefined in place of what it cannot say. */
function ruleParts(
  {conditions, actions}: Pick<Rule, 'conditions' | 'actions'>,
  place: Place,
): readonly (string | undefined)[] {
  const protocol = conditions.find(({field}) => field === 'protocol')?.values[0] ?? 'tcp'
  const named = conditions.some(({field}) => WITH_PROTOCOL.has(field))
  const shown = conditions.filter(({field}) => !(field === 'protocol' && named))
  return [
    ...shown.map(each => matchText(each, protocol, place.native)),
    'counter',
    ...actions.map(each => actionText(each, place)),
  ]
}

/** A rule as nft spells it (nft(8)), with the counter Istio gives each; the protocol is left out where ports imply it. */
export function nftRuleText(rule: Pick<Rule, 'conditions' | 'actions'>): string {
  return ruleParts(rule, NATIVE).join(' ')
}

/**
 * A ruleset as an nft script, iptables rules as the tables iptables-nft keeps them in; an error a person can fix when nft has no words for a rule: an
 * extension of iptables such as an ipset.
 */
export function nftText(ruleset: Ruleset): string {
  const foreign: string[] = []
  const tables = ruleset.tables.map(({family, name, chains}) => {
    const place = {family, native: ruleset.backend === 'native'}
    const blocks = chains.map(chain => {
      const base =
        chain.hook === undefined
          ? []
          : [
              `    type ${chain.kind} hook ${chain.hook} priority ${chain.priority}; policy ${chain.policy ?? 'accept'};`,
            ]
      const rules = chain.rules.map(rule => {
        const parts = ruleParts(rule, place)
        if (parts.includes(undefined)) foreign.push(`${name}/${chain.name} rule ${rule.position}: ${rule.text}`)
        return `    ${parts.join(' ')}`
      })
      return [`  chain ${chain.name} {`, ...base, ...rules, '  }'].join('\n')
    })
    return [`table ${family} ${name} {`, ...blocks, '}'].join('\n')
  })
  if (foreign.length > 0)
    throw new UserError(
      `nft has no words for ${foreign.length === 1 ? 'a rule' : `${foreign.length} rules`}, such as ${foreign[0]}`,
      {
        hint: 'Use -o save.',
      },
    )
  return tables.length === 0 ? '' : `${tables.join('\n')}\n`
}
