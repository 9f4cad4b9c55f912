import {spawnSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import {comparison} from '../../src/analysis/netfilter/drift/effects.js'
import {withDefaultNetwork} from '../../src/analysis/netfilter/packet-walk/default-network.js'
import {nftText} from '../../src/analysis/netfilter/rule-words/nft-text.js'
import {saveText} from '../../src/analysis/netfilter/rule-words/save-text.js'
import {parseRules} from '../../src/formats/netfilter/parse-rules.js'
import {everyRule, type Ruleset} from '../../src/model/kernel/ruleset.js'
import {actualRulesets, recordedRulesets} from '../support/netfilter-corpus.js'
import {skipUnless} from '../support/skip-unless.js'

const FIXTURES = join('test', 'fixtures', 'netfilter')
const PRINTED = ['printed/every-word.save', 'printed/ipv6.save']
const PASTES = [
  'consul.save',
  'appmesh.txt',
  'osm.save',
  'ambient-120.log',
  'firewalld.save',
  'ufw.save',
  'nft-native.txt',
]
const RECORDED = ['r01-default', 'r24-tproxy-c', 'r30-dns'].filter(name => Object.hasOwn(recordedRulesets(), name))

function shell(script: string, input: string): {ok: boolean; out: string; said: string} {
  const {status, stdout, stderr} = spawnSync('unshare', ['-n', 'sh', '-c', script], {input, encoding: 'utf8'})
  return {ok: status === 0, out: stdout, said: stderr}
}

const {test: kernelTest} = skipUnless(
  process.getuid?.() === 0 && shell('iptables-nft-save && nft list ruleset', '').ok,
  'root, unshare, iptables and nft',
)

function fixture(name: string): readonly Ruleset[] {
  return parseRules(readFileSync(join(FIXTURES, name), 'utf8')).rulesets
}

const RULES: readonly (readonly [string, readonly Ruleset[]])[] = [
  ...PRINTED.map(name => [name, fixture(name)] as const),
  ...PASTES.map(name => [name, fixture(join('pastes', name))] as const),
  ...RECORDED.map(name => {
    const recorded = recordedRulesets()[name]
    return [name, recorded === undefined ? [] : actualRulesets(recorded)] as const
  }),
]

/** Where packets go differently once the kernel holds what was printed, as far as the rules it lists decide: some words of nft are not followed. */
function differences(original: readonly Ruleset[], loaded: readonly Ruleset[]): readonly string[] {
  const machine = withDefaultNetwork({}, original)
  const family = original[0]?.family ?? 'ip'
  const {changes} = comparison([...original, ...loaded], machine, family).changes(original, loaded)
  return changes.filter(({after}) => after.verdict !== 'insufficient').map(each => JSON.stringify(each))
}

describe('rules that were printed and loaded into a kernel', () => {
  kernelTest.each(RULES)('%s as nft', (_, original) => {
    const {ok, out, said} = shell('nft -f - && nft list ruleset', original.map(nftText).join(''))
    expect([said, ok]).toEqual(['', true])
    const loaded = parseRules(out).rulesets
    expect(loaded.flatMap(set => everyRule([set])).length).toBe(original.flatMap(set => everyRule([set])).length)
    expect(differences(original, loaded)).toEqual([])
  })

  kernelTest.each(RULES.filter(([, sets]) => sets.every(({backend}) => backend !== 'native')))(
    '%s as save',
    (_, original) => {
      for (const set of original) {
        const program = set.family === 'ip6' ? 'ip6tables-nft' : 'iptables-nft'
        const {ok, out, said} = shell(`${program}-restore && ${program}-save`, saveText(set))
        expect([said, ok]).toEqual(['', true])
        expect(differences([set], parseRules(out).rulesets)).toEqual([])
      }
    },
  )
})
