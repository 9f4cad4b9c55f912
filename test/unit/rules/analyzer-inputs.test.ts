import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'
import {analyzeRules} from '../../../src/cli/flags/analyze-settings.js'
import {CONFIG_RULES} from '../../../src/rules/config/registry.js'
import {analyzedFiles} from '../../support/analyzed.js'

/** Objects with, in comments, the analyzer of istioctl they are for, and each code and object it reports. */
const FOLDER = 'test/fixtures/analyzer-inputs'
const ISTIO_CODES = new Map(CONFIG_RULES.map(({code, aliases}) => [code, aliases[0] ?? code]))

function comments(text: string, name: string): readonly string[] {
  const mark = `# ${name}: `
  return text
    .split('\n')
    .filter(line => line.startsWith(mark))
    .map(line => line.slice(mark.length))
}

test.each(readdirSync(FOLDER))('%s', async name => {
  const text = readFileSync(join(FOLDER, name), 'utf8')
  const rules = analyzeRules(CONFIG_RULES, comments(text, 'analyzer'), undefined)
  const {listed} = await analyzedFiles([join(FOLDER, name)], rules)
  const found = listed.map(({finding: {code, object}}) => {
    const full = object.namespace === '' ? object.name : `${object.namespace}/${object.name}`
    return `${ISTIO_CODES.get(code)} ${object.kind} ${full}`
  })
  expect(found.sort()).toEqual([...comments(text, 'expect')].sort())
})
