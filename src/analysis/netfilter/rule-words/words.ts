import {actionKey} from '../../../model/kernel/rule-key.js'
import type {Chain, Rule} from '../../../model/kernel/ruleset.js'
import {canonicalChain, canonicalTable} from '../istio-names.js'
import {ownersIn, USUAL_PROXY} from '../proxy-traits.js'
import {actionWords} from './action-words.js'
import {conditionText, or} from './condition-text.js'
import {PURPOSES, type Purpose} from './purposes.js'

/** The traffic a rule is about, in words: `TCP to port 53 sent by user 1337`. */
export function trafficWords(rule: Rule): string {
  const protocols = rule.conditions.filter(c => c.field === 'protocol')
  const kinds = protocols.map(c => `${c.negated ? 'anything but ' : ''}${or(c.values.map(name => name.toUpperCase()))}`)
  const rest = rule.conditions.filter(c => c.field !== 'protocol')
  const phrases = rest.map(({field, values, negated}) => conditionText(field).words(values, negated))
  const repeated = phrases.filter((phrase, index) => phrases.indexOf(phrase) === index)
  return [kinds.length === 0 ? (rest.length === 0 ? 'all traffic' : 'traffic') : kinds.join(' and '), ...repeated].join(
    ' ',
  )
}

/** A rule in plain words: what it says, and what it is for in the mesh when that is known. */
export interface RuleWords {
  readonly reading: string
  readonly purpose?: {readonly id: string; readonly sentence: string}
}

function shape(rule: Rule, withValues: boolean): string {
  const fields = rule.conditions.map(({field, negated, values}) => {
    const name = `${negated ? '!' : ''}${field === 'uid' || field === 'gid' ? 'owner' : field}`
    return withValues && !negated && field.startsWith('destination') ? `${name}=${values.join(',')}` : name
  })
  const actions = rule.actions.map(action => {
    const key = actionKey(action)
    return action.kind === 'jump'
      ? `jump ${canonicalChain(action.chain)}`
      : action.kind === 'goto'
        ? `jump ${canonicalChain(action.chain)}`
        : key
  })
  return `${fields.sort().join(' ')} -> ${actions.join('; ')}`.trimStart()
}

function valuesOf(rule: Rule, field: string): string {
  return rule.conditions
    .filter(condition => condition.field === field)
    .flatMap(condition => condition.values)
    .join(', ')
}

function fill(sentence: string, rule: Rule): string {
  return sentence.replace(/\{(to )?([\w-]+)\}/g, (_, to: string | undefined, name: string) => {
    if (name === 'port')
      return rule.actions.map(action => (action.kind === 'redirect' ? (action.ports ?? '') : '')).join('')
    const values = valuesOf(rule, name)
    if (name === 'protocol') return values === '' ? 'Traffic' : values.toUpperCase()
    if (to !== undefined) return values === '' ? '' : ` to ${values}`
    if (name === 'uid' || name === 'gid') return values === '' ? '' : `${name} ${values}`
    return values
  })
}

function fits(purpose: Purpose, place: string, bare: string, full: string): boolean {
  return purpose.place.test(place) && (purpose.shape.test(bare) || purpose.shape.test(full))
}

/** The uids and gids that rules of a chain treat as the proxy's, and the usual one always. */
function proxyOwners(chain: Chain): ReadonlySet<string> {
  return new Set([String(USUAL_PROXY), ...ownersIn(chain, 'uid'), ...ownersIn(chain, 'gid')])
}

/** A group's RETURN beside the proxy's own ones is a configured exclusion. */
function ownerExclusion(rule: Rule, chain: Chain): RuleWords['purpose'] | undefined {
  const owners = proxyOwners(chain)
  const values = rule.conditions
    .filter(({field}) => field === 'uid' || field === 'gid')
    .flatMap(condition => condition.values)
  if (values.length === 0 || values.some(value => owners.has(value))) return undefined
  return {
    id: 'owner-exclude',
    sentence: `Processes of ${rule.conditions[0]?.field === 'uid' ? 'user' : 'group'} ${values.join(', ')} are not captured.`,
  }
}

/** The words for one rule of a chain of a table; `reading` is always there, `purpose` when istio (or a known neighbour) makes such rules. */
export function ruleWords(table: string, chain: Chain, rule: Rule): RuleWords {
  const reading = `${trafficWords(rule)} ${actionWords(rule.actions)}`
  const place = `${canonicalTable(table)}/${canonicalChain(chain.name)}`
  const bare = shape(rule, false)
  const full = shape(rule, true)
  const found = PURPOSES.find(purpose => fits(purpose, place, bare, full))
  if (found === undefined) return {reading}
  const other = found.id === 'proxy-bypass' ? ownerExclusion(rule, chain) : undefined
  return {reading, purpose: other ?? {id: found.id, sentence: fill(found.sentence, rule)}}
}
