import {execFileSync} from 'node:child_process'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {expect, test} from '@jest/globals'
import {explainReport} from '../../src/reports/explain/report.js'
import {topicOf} from '../../src/reports/explain/topic.js'
import {rulesDocument} from '../../src/reports/rules/document.js'
import {ALL_RULES} from '../../src/rules/all-rules.js'
import {CONFIG_RULES} from '../../src/rules/config/registry.js'
import {RULES} from '../../src/rules/registry.js'
import {PAGE_SCRIPT, PAGE_STYLE} from '../../src/terminal/html/assets.js'

test('the registry has every rule (npm run generate)', () => {
  const folders = (place: string) =>
    readdirSync(place, {withFileTypes: true})
      .filter(entry => entry.isDirectory() && existsSync(`${place}/${entry.name}/rule.ts`))
      .map(({name}) => name)
      .sort()
  expect(RULES.map(({slug}) => slug)).toEqual(folders('src/rules'))
  expect(CONFIG_RULES.map(({slug}) => slug)).toEqual(folders('src/rules/config'))
})

test('docs/rules.md is up to date (npm run generate)', () => {
  expect(readFileSync('docs/rules.md', 'utf8')).toBe(rulesDocument(ALL_RULES))
})

test('the style and script of pages are up to date (npm run generate)', () => {
  const made = JSON.parse(execFileSync(process.execPath, ['scripts/generate-page.js', '--print'], {encoding: 'utf8'}))
  expect({style: made.style === PAGE_STYLE, script: made.script === PAGE_SCRIPT}).toEqual({style: true, script: true})
  // Neither may end the element it stands in.
  expect(`${PAGE_STYLE}${PAGE_SCRIPT}`).not.toMatch(/<\/(?:style|script)|<!--/i)
})

test('every rule is found by each of its names, though explain does not load rules for a port', () => {
  for (const {code, slug, aliases} of ALL_RULES)
    for (const name of [code, slug, ...aliases])
      expect(topicOf(() => ALL_RULES, name)?.rules.map(rule => rule.code)).toContain(code)
  const notLoaded = () => {
    throw new Error('the rules were loaded')
  }
  expect(() => topicOf(notLoaded, '15006')).not.toThrow()
})

test('common terms are explained', () => {
  const topic = (word: string) => explainReport(() => ALL_RULES, word).topics[0]
  expect(topic('mct1001')?.rules.map(({slug}) => slug)).toEqual(['proxy-uid'])
  expect(topic('IST0144')?.rules.map(({code}) => code)).toEqual(['MCT1001', 'MCT2047'])
  expect(topic('15006')?.port?.uses.map(({purpose}) => purpose)).toContain('Envoy inbound capture')
  expect(topic('8080')?.port?.uses.map(({where}) => where)).toEqual(['istiod'])
  expect(topic('9080')?.port?.uses).toEqual([])
  expect(topic('uf')?.flags[0]?.flag).toBe('UF')
  expect(() => explainReport(() => ALL_RULES, 'nonsense')).toThrow('unknown term')
})
