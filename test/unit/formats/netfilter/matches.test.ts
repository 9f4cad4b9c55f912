import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'

/** Where a match has its rows, as docs/CONTRIBUTING.md says; the last two only if it has words of its own in sentences, or in nft. */
const PLACES = [
  'src/model/kernel/ruleset.ts',
  'src/formats/netfilter/matches.ts',
  'src/analysis/netfilter/packet-walk/compile-condition.ts',
  'src/analysis/netfilter/packet-sets/condition-sets.ts',
  'src/analysis/netfilter/rule-words/condition-text.ts',
  'src/analysis/netfilter/rule-words/nft-text.ts',
]

const SOURCES = ['src', 'commands'].flatMap(folder =>
  readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
    .map(entry => join(entry.parentPath, entry.name)),
)
const TEXT = new Map(SOURCES.map(path => [path, readFileSync(path, 'utf8')]))

/** Matches that nothing else in meshctl asks about: a new one is like them. */
test.each(['ct-status', 'any-port', 'tcp-flags', 'icmp-type', 'source-type', 'destination-type'])(
  'the match %s is in the files that the recipe names, and in no other',
  field => {
    const found = SOURCES.filter(path => TEXT.get(path)?.includes(`'${field}'`))
    expect(found.filter(path => !PLACES.includes(path))).toEqual([])
    expect(found).toEqual(expect.arrayContaining(PLACES.slice(0, 3)))
    expect(readFileSync('docs/CONTRIBUTING.md', 'utf8')).toContain('| a netfilter match | 4 |')
  },
)
