import {readdirSync, readFileSync} from 'node:fs'
import {expect, test} from '@jest/globals'
import {explainReport} from '../../src/reports/explain/report.js'
import {rulesDocument} from '../../src/reports/rules/document.js'
import {RULES} from '../../src/rules/registry.js'

test('the registry has every rule (npm run generate)', () => {
  const folders = readdirSync('src/rules', {withFileTypes: true})
    .filter(entry => entry.isDirectory())
    .map(({name}) => name)
    .sort()
  expect(RULES.map(({slug}) => slug)).toEqual(folders)
})

test('docs/rules.md is up to date (npm run generate)', () => {
  expect(readFileSync('docs/rules.md', 'utf8')).toBe(rulesDocument(RULES))
})

test('common terms are explained', () => {
  const topic = (word: string) => explainReport(RULES, word).topics[0]
  expect(topic('mct1001')?.rules.map(({slug}) => slug)).toEqual(['proxy-uid'])
  expect(topic('IST0144')?.rules.map(({code}) => code)).toEqual(['MCT1001'])
  expect(topic('15006')?.port?.uses.map(({purpose}) => purpose)).toContain('Envoy inbound capture')
  expect(topic('8080')?.port?.uses.map(({where}) => where)).toEqual(['istiod'])
  expect(topic('9080')?.port?.uses).toEqual([])
  expect(topic('uf')?.flags[0]?.flag).toBe('UF')
  expect(() => explainReport(RULES, 'nonsense')).toThrow('unknown term')
})
