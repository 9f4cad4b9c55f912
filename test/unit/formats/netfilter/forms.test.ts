import {describe, expect, test} from '@jest/globals'
import {parseRules} from '../../../../src/formats/netfilter/parse-rules.js'
import {actionKey, conditionKey, ruleKey} from '../../../../src/model/kernel/rule-key.js'
import type {Rule, Ruleset} from '../../../../src/model/kernel/ruleset.js'
import {actualRulesets, recordedReleases, recordedRulesets} from '../../../support/netfilter-corpus.js'

const ALL = Object.entries(recordedRulesets())

function keys(set: Ruleset | undefined, table: string): Record<string, readonly string[]> {
  const chains = set?.tables.find(each => each.name === table)?.chains ?? []
  return Object.fromEntries(
    chains.filter(chain => chain.rules.length > 0).map(chain => [chain.name, chain.rules.map(ruleKey)]),
  )
}

function readFile(files: Readonly<Record<string, string>>, name: string) {
  const text = files[name]
  return text === undefined ? undefined : parseRules(text)
}

function only(files: Readonly<Record<string, string>>, name: string): Ruleset | undefined {
  return readFile(files, name)?.rulesets[0]
}

describe('every textual form of a recorded ruleset says the same', () => {
  test.each(ALL)('%s', (_name, {files}) => {
    const save = only(files, 'iptables-save.txt')
    const save6 = only(files, 'ip6tables-save-c.txt')
    for (const table of ['raw', 'mangle', 'nat', 'filter'])
      expect(keys(only(files, 'iptables-save-c.txt'), table)).toEqual(keys(save, table))
    for (const name of ['iptables-t-nat-S.txt', 'iptables-vS-t-nat.txt', 'iptables-nvL-t-nat.txt']) {
      const listed = readFile(files, name)
      if (listed !== undefined) expect(keys(listed.rulesets[0], 'nat')).toEqual(keys(save, 'nat'))
    }
    for (const table of ['mangle', 'raw']) {
      const listed = readFile(files, `iptables-nvL-t-${table}.txt`)
      if (listed !== undefined) expect(keys(listed.rulesets[0], table)).toEqual(keys(save, table))
    }
    for (const name of ['ip6tables-t-nat-S.txt', 'ip6tables-nvL-t-nat.txt']) {
      const listed = readFile(files, name)
      if (listed !== undefined) expect(keys(listed.rulesets[0], 'nat')).toEqual(keys(save6, 'nat'))
    }
    const [text, handles, json] = ['nft-list-ruleset.txt', 'nft-a-list-ruleset.txt', 'nft-j-list-ruleset.json'].map(
      name => readFile(files, name)?.rulesets.find(set => set.backend === 'native'),
    )
    for (const {name} of text?.tables ?? []) {
      expect(keys(handles, name)).toEqual(keys(text, name))
      expect(keys(json, name)).toEqual(keys(text, name))
    }
  })

  test('and there are seventy-four of them', () => expect(ALL).toHaveLength(74))
})

function withoutInterfaces(rule: Rule): string {
  return ruleKey({...rule, conditions: rule.conditions.filter(({field}) => !field.endsWith('interface'))})
}

describe('forms that lose something say so', () => {
  const lossy = ALL.filter(
    ([, {files}]) =>
      (files['iptables-L-t-nat-line-numbers.txt'] ?? '') !== '' &&
      parseRules(files['iptables-L-t-nat-line-numbers.txt'] ?? '').rulesets.length > 0,
  )

  test.each(lossy)('%s: -L --line-numbers has everything but interfaces', (_name, {files}) => {
    const listed = only(files, 'iptables-L-t-nat-line-numbers.txt')
    const save = only(files, 'iptables-save.txt')
    expect(listed?.losses.join()).toContain('interfaces are not shown without -v')
    for (const chain of listed?.tables[0]?.chains ?? []) {
      const wanted = save?.tables.find(table => table.name === 'nat')?.chains.find(each => each.name === chain.name)
      expect(chain.rules.map(ruleKey)).toEqual((wanted?.rules ?? []).map(withoutInterfaces))
    }
  })

  test.each(ALL)('%s: iptables-nft rules through nft are the same up to opaque parts', (_name, {files}) => {
    for (const name of ['nft-list-ruleset.txt', 'nft-j-list-ruleset.json']) {
      for (const set of readFile(files, name)?.rulesets ?? []) {
        if (set.backend !== 'nft') continue
        const save = (
          set.family === 'ip' ? readFile(files, 'iptables-save-c.txt') : readFile(files, 'ip6tables-save-c.txt')
        )?.rulesets.find(each => each.backend === 'nft')
        if (save === undefined) continue
        for (const table of set.tables)
          for (const chain of table.chains) compareSeen(chain.rules, ruleOf(save, table.name, chain.name), set.losses)
      }
    }
  })
})

function ruleOf(save: Ruleset, table: string, chain: string): readonly Rule[] {
  return save.tables.find(each => each.name === table)?.chains.find(each => each.name === chain)?.rules ?? []
}

function compareSeen(seen: readonly Rule[], saved: readonly Rule[], losses: readonly string[]): void {
  expect(seen).toHaveLength(saved.length)
  seen.forEach((rule, index) => {
    const whole = saved[index]
    const known = (whole?.conditions ?? []).map(conditionKey)
    const plain = rule.conditions.filter(({field}) => field !== 'opaque')
    expect(known).toEqual(expect.arrayContaining(plain.map(conditionKey)))
    const hidden = plain.length < rule.conditions.length || rule.actions.some(({kind}) => kind === 'opaque')
    if (plain.length === rule.conditions.length) expect(plain).toHaveLength(known.length)
    if (hidden) expect(losses.join()).toContain('nft cannot show every part')
    rule.actions.forEach((action, at) => {
      const wanted = whole?.actions[at]
      if (action.kind !== 'opaque') expect(actionKey(action)).toBe(wanted === undefined ? undefined : actionKey(wanted))
    })
  })
}

describe('names instead of numbers', () => {
  const resolved = ALL.filter(
    ([, {files}]) => parseRules(files['iptables-L-t-nat-resolved.txt'] ?? '').rulesets.length > 0,
  )

  test.each(resolved)('%s: -L without -n means the same but for interfaces', (_name, {files}) => {
    const save = only(files, 'iptables-save.txt')
    for (const chain of only(files, 'iptables-L-t-nat-resolved.txt')?.tables[0]?.chains ?? []) {
      expect(chain.rules.map(ruleKey)).toEqual(
        (save === undefined ? [] : ruleOf(save, 'nat', chain.name)).map(withoutInterfaces),
      )
    }
  })

  test('there are many', () => expect(resolved.length).toBeGreaterThan(20))
})

describe('the log of istio-init', () => {
  const untouched = ALL.filter(
    ([name, {kind, files}]) =>
      (kind === 'agent' || kind === 'ambient') && !/^r5[3-8]/.test(name) && (files['init.log'] ?? '') !== '',
  )

  test.each(untouched)('%s: holds the rules the kernel got', (_name, {files}) => {
    const logged = parseRules(files['init.log'] ?? '').rulesets
    const held = actualRulesets({kind: 'agent', files})
    for (const set of held) {
      const same = logged.find(
        each => each.family === set.family && (each.backend === 'native') === (set.backend === 'native'),
      )
      for (const {name} of set.tables) expect(keys(same, name)).toEqual(keys(set, name))
    }
    expect(logged.length).toBeGreaterThan(0)
  })
})

describe('restore input', () => {
  const {restore, saved} = recordedReleases()
  const loaded = Object.entries(restore).filter(([name]) => saved[name] !== undefined)

  test(`of ${loaded.length} releases and settings means what iptables-save prints after loading it`, () => {
    const different = loaded.filter(([name, text]) => {
      const family = name.endsWith('.v6') ? 'ip6' : 'ip'
      const asked = parseRules(text, {family}).rulesets[0]
      const held = parseRules(saved[name] ?? '', {family}).rulesets[0]
      return ['raw', 'mangle', 'nat', 'filter'].some(
        table => JSON.stringify(sorted(keys(asked, table))) !== JSON.stringify(sorted(keys(held, table))),
      )
    })
    expect(different.map(([name]) => name)).toEqual([])
    expect(loaded.length).toBeGreaterThan(600)
  })
})

function sorted(chains: Record<string, readonly string[]>): unknown {
  return Object.entries(chains).sort(([a], [b]) => (a < b ? -1 : 1))
}
