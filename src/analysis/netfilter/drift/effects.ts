import type {Machine} from '../../../model/machine.js'
import type {IpFamily, Ruleset, TableFamily} from '../../../model/ruleset.js'
import {interceptionOf} from '../interception/interception.js'
import {mentionsOf} from '../interception/mentions.js'
import {consequences} from './consequences.js'

function familiesOf(family: TableFamily): readonly IpFamily[] {
  return family === 'inet' ? ['ip', 'ip6'] : [family]
}

/** What changes for traffic of a family between two sets of rules, found by walking the same packets through both. */
export function effects(
  before: readonly Ruleset[],
  after: readonly Ruleset[],
  machine: Machine,
  family: TableFamily,
): readonly string[] {
  const mentions = mentionsOf([...before, ...after])
  const found = familiesOf(family).flatMap(each => {
    const was = interceptionOf(before, machine, each, mentions)
    const is = interceptionOf(after, machine, each, mentions)
    return was === undefined || is === undefined ? [] : consequences(was, is)
  })
  return [...new Set(found)]
}
