import {byText} from '../text/order.js'
import type {Action, ConditionField, MatchCondition, Rule} from './ruleset.js'

const NUMERIC_MARK = /^0x/

function byNumber(left: string, right: string): number {
  const difference = Number.parseInt(left, 10) - Number.parseInt(right, 10)
  return Number.isNaN(difference) || difference === 0 ? byText(left, right) : difference
}

/** A condition in the notation of the model: `field=value,value`, with `!` in front when negated; lists are sorted because their order means nothing. */
export function conditionKey(condition: MatchCondition): string {
  const values =
    condition.values.length > 1 && !NUMERIC_MARK.test(condition.values[0] ?? '')
      ? [...condition.values].sort(byNumber)
      : condition.values
  return `${condition.negated ? '!' : ''}${condition.field}=${values.join(',')}`
}

/** An action in the notation of the model: its kind and its arguments. */
export function actionKey(action: Action): string {
  switch (action.kind) {
    case 'jump':
    case 'goto':
      return `${action.kind} ${action.chain}`
    case 'redirect':
    case 'masquerade':
      return action.ports === undefined ? action.kind : `${action.kind} ${action.ports}`
    case 'dnat':
    case 'snat':
      return `${action.kind} ${action.to}`
    case 'tproxy':
      return [
        'tproxy',
        `port=${action.port}`,
        ...(action.address === undefined ? [] : [`address=${action.address}`]),
        ...(action.mark === undefined ? [] : [`mark=${action.mark}`]),
      ].join(' ')
    case 'set-mark':
    case 'set-connmark':
      return `${action.kind} ${action.value}/${action.mask}`
    case 'save-mark':
    case 'restore-mark':
      return `${action.kind} ${action.nfmask} ${action.ctmask}`
    case 'ct-zone':
      return `ct-zone ${action.zone}`
    case 'reject':
      return action.reply === undefined ? 'reject' : `reject ${action.reply}`
    case 'opaque':
      return `opaque ${action.text}`
    case 'log':
      return `log ${action.text}`
    default:
      return action.kind
  }
}

/** Keys found before: a rule never changes, and several questions compare it. */
const KEYS = new WeakMap<object, string>()

/**
 * The normal form of a rule for comparing: conditions sorted, then actions in order; comments, counters and spelling are left out.
 * Two rules with one key do the same.
 */
export function ruleKey(rule: Pick<Rule, 'conditions' | 'actions'>): string {
  const known = KEYS.get(rule)
  if (known !== undefined) return known
  const key = keyOf(rule)
  KEYS.set(rule, key)
  return key
}

function keyOf(rule: Pick<Rule, 'conditions' | 'actions'>): string {
  const conditions = rule.conditions.map(conditionKey).sort()
  const actions = rule.actions.length === 0 ? ['count'] : rule.actions.map(actionKey)
  return `${conditions.join(' ')} -> ${actions.join('; ')}`.trimStart()
}

const FIXED: Readonly<Record<string, Action>> = {
  accept: {kind: 'accept'},
  drop: {kind: 'drop'},
  return: {kind: 'return'},
  notrack: {kind: 'notrack'},
}

const FIELDS: readonly ConditionField[] = [
  'family',
  'in-interface',
  'out-interface',
  'source',
  'destination',
  'protocol',
  'source-port',
  'destination-port',
  'uid',
  'gid',
  'mark',
  'connmark',
  'ct-state',
  'socket',
]

function readCondition(word: string): MatchCondition {
  const negated = word.startsWith('!')
  const [name = '', values = ''] = word.slice(negated ? 1 : 0).split('=')
  const field = FIELDS.find(each => each === name)
  if (field === undefined) return {field: 'opaque', negated: false, values: [word]}
  return {field, negated, values: values === '' ? [] : values.split(',')}
}

function readAction(text: string): Action {
  const [kind = '', first = '', second = ''] = text.split(' ')
  const fixed = Object.hasOwn(FIXED, kind) ? FIXED[kind] : undefined
  if (fixed !== undefined) return fixed
  const [value = '', mask = ''] = first.split('/')
  const named = (name: string) => new RegExp(` ${name}=(\\S+)`).exec(text)?.[1]
  switch (kind) {
    case 'jump':
    case 'goto':
      return {kind, chain: first}
    case 'redirect':
      return {kind, ports: first}
    case 'dnat':
    case 'snat':
      return {kind, to: first}
    case 'set-mark':
    case 'set-connmark':
      return {kind, value, mask}
    case 'save-mark':
    case 'restore-mark':
      return {kind, nfmask: first, ctmask: second}
    case 'ct-zone':
      return {kind, zone: first}
    case 'tproxy': {
      const mark = named('mark')
      return {kind, port: named('port') ?? '', mark}
    }
    default:
      return {kind: 'opaque', text}
  }
}

/** Reads the notation `ruleKey` writes, for tables of rules kept as data; words it does not know become opaque. */
export function readRuleKey(text: string): Pick<Rule, 'conditions' | 'actions'> {
  const [left = '', right = ''] = text.startsWith('->') ? ['', text.slice(2)] : text.split(' -> ')
  const words = left.split(' ').filter(word => word !== '')
  const actions = right.trim() === 'count' ? [] : right.split(';').map(part => readAction(part.trim()))
  return {conditions: words.map(readCondition), actions}
}
