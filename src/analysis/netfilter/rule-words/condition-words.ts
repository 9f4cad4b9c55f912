import type {Rule} from '../../../model/ruleset.js'
import {conditionText, or} from './condition-text.js'

/** The traffic a rule is about, in words: `TCP to port 53 sent by user 1337`. */
export function trafficWords(rule: Rule): string {
  const protocols = rule.conditions.filter(c => c.field === 'protocol')
  const kinds = protocols.map(c => `${c.negated ? 'anything but ' : ''}${or(c.values).toUpperCase()}`)
  const rest = rule.conditions.filter(c => c.field !== 'protocol')
  const phrases = rest.map(({field, values, negated}) => conditionText(field).words(values, negated))
  const repeated = phrases.filter((phrase, index) => phrases.indexOf(phrase) === index)
  return [kinds.length === 0 ? (rest.length === 0 ? 'all traffic' : 'traffic') : kinds.join(' and '), ...repeated].join(
    ' ',
  )
}
