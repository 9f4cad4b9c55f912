import {describe, expect, test} from '@jest/globals'
import {parseRules} from '../../../../src/formats/netfilter/parse-rules.js'
import {isSound, mutationTest} from './mutations.js'

describe('no input makes a parser fail', () => {
  mutationTest(150)

  const MEGABYTE = 1_000_000
  test.each([
    ['one endless word', 'a'.repeat(MEGABYTE)],
    ['an unclosed quote', `*nat\n-A OUTPUT -m comment --comment "${'x '.repeat(MEGABYTE / 2)}`],
    ['nothing but quotes', '"'.repeat(MEGABYTE)],
    ['nothing but negations', `*nat\n-A OUTPUT ${'! '.repeat(MEGABYTE / 2)}`],
    ['a rule of one match repeated', `*nat\n-A OUTPUT ${'-m tcp '.repeat(MEGABYTE / 7)}`],
    ['a rule of unknown options', `*nat\n-A OUTPUT ${'--x y '.repeat(MEGABYTE / 6)}`],
    ['very many tables', '*nat\n'.repeat(MEGABYTE / 5)],
    ['very many named tables', Array.from({length: MEGABYTE / 10}, (_, i) => `*t${i}`).join('\n')],
    ['very many chains', `*nat\n${Array.from({length: MEGABYTE / 20}, (_, i) => `:C${i} - [0:0]`).join('\n')}`],
    [
      'very many rules',
      `*nat\n:OUTPUT ACCEPT [0:0]\n${'-A OUTPUT -p tcp --dport 1 -j RETURN\n'.repeat(MEGABYTE / 36)}`,
    ],
    ['rules put in front', `*nat\n${'-I OUTPUT 1 -j RETURN\n'.repeat(MEGABYTE / 22)}`],
    ['listings that restart', 'Chain X (1 references)\n'.repeat(MEGABYTE / 23)],
    ['listed policies that restart', '-P OUTPUT ACCEPT\n'.repeat(MEGABYTE / 17)],
    [
      'one long -L row',
      `Chain X (1 references)\ntarget prot opt source destination\nRETURN tcp -- anywhere anywhere ${'tcp dpt:1 '.repeat(MEGABYTE / 10)}`,
    ],
    ['nested nft blocks', `table inet t {\n${'set x { '.repeat(MEGABYTE / 8)}`],
    ['an endless nft set', `table inet t {\nchain c {\ntcp dport { ${'1, '.repeat(MEGABYTE / 3)}`],
    ['many nft tables', 'table inet t {\n'.repeat(MEGABYTE / 15)],
    ['deep JSON', `{"nftables": ${'['.repeat(MEGABYTE)}`],
    [
      'deep JSON that closes',
      `{"nftables": [{"rule": {"family": "ip", "table": "t", "chain": "c", "expr": ${'['.repeat(50_000)}${']'.repeat(50_000)}}}]}`,
    ],
    ['blanks', `${' '.repeat(MEGABYTE)}\n`.repeat(2)],
    ['a prompt without end', `${'a/'.repeat(MEGABYTE / 2)}$ iptables`],
    ['shell traces', '+ iptables -t nat -A OUTPUT -j RETURN\n'.repeat(MEGABYTE / 38)],
    [
      'deletions',
      `${'iptables -t nat -A OUTPUT -j RETURN\n'.repeat(2000)}${'iptables -t nat -D OUTPUT -p tcp -j RETURN\n'.repeat(2000)}`,
    ],
    ['dashes', '–'.repeat(MEGABYTE)],
    ['escape codes', '\u001b['.repeat(MEGABYTE / 2)],
    ['timestamps', '2026-11-20T19:17:56Z '.repeat(MEGABYTE / 21)],
  ])('a megabyte of %s is read', (_what, text) => {
    expect(isSound(parseRules(text))).toBe(true)
  })
})
