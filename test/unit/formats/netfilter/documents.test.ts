import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {describe, expect} from '@jest/globals'
import {parseRules} from '../../../../src/formats/netfilter/parse-rules.js'
import {ruleCount} from '../../../../src/model/kernel/ruleset.js'
import {skipUnless} from '../../../support/skip-unless.js'

/** Whole documents people wrote about old meshes, with rules in the middle of prose; a clone does not have them. */
const FOLDER = resolve('../shared/seeds')
const {test: documentTest} = skipUnless(existsSync(FOLDER), 'the documents in ../shared/seeds')

function read(prefix: string) {
  const name = readdirSync(FOLDER).find(each => each.startsWith(prefix))
  return parseRules(readFileSync(resolve(FOLDER, name ?? ''), 'utf8'))
}

describe('documents with rules in them', () => {
  documentTest('the -S listing of a pod of 1.0 in a readme', () => {
    const [set] = read('000').rulesets
    expect(set).toMatchObject({family: 'ip', form: 'list-rules', tables: [{name: 'nat'}]})
    expect(set === undefined ? 0 : ruleCount(set)).toBe(10)
  })

  documentTest('an indented save of 0.7 with Docker beside it; the rules quoted later are not taken twice', () => {
    const {rulesets, warnings} = read('001')
    expect(rulesets.map(({backend, form, tables}) => [backend, form, tables.map(({name}) => name)])).toEqual([
      ['legacy', 'save', ['nat', 'filter']],
    ])
    expect(rulesets.reduce((sum, set) => sum + ruleCount(set), 0)).toBe(13)
    expect(warnings.map(({message}) => message)).toContain('single rules quoted next to a whole table were left out')
  })

  documentTest('a session with rules left out: what is there is read, what is not is not called missing', () => {
    const {rulesets} = read('004')
    const chains = rulesets.flatMap(({tables}) => tables.flatMap(table => table.chains))
    expect(chains.map(({name}) => name)).toEqual([
      'ISTIO_INBOUND',
      'ISTIO_IN_REDIRECT',
      'ISTIO_OUTPUT',
      'ISTIO_REDIRECT',
    ])
    expect(chains.filter(({complete}) => !complete).map(({name}) => name)).toEqual([
      'ISTIO_INBOUND',
      'ISTIO_IN_REDIRECT',
      'ISTIO_OUTPUT',
    ])
    expect(chains.find(({name}) => name === 'ISTIO_REDIRECT')?.rules).toHaveLength(1)
  })

  documentTest('prose without rules', () => {
    expect(read('002').rulesets).toEqual([])
    expect(read('003').rulesets).toEqual([])
  })
})
