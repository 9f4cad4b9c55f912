import {readFileSync} from 'node:fs'
import {expect, test} from '@jest/globals'
import {TemplateError} from '../../../src/terminal/jsonpath/nodes.js'
import {jsonpathJson, jsonpathText} from '../../../src/terminal/jsonpath/print.js'

interface Recorded {
  readonly form: 'jsonpath' | 'jsonpath-as-json'
  readonly template: string
  readonly stdout?: string
  readonly error?: string
}

const FOLDER = 'test/fixtures/jsonpath'
const given = JSON.parse(readFileSync(`${FOLDER}/data.json`, 'utf8'))
// kubectl recorded its answers with this label set.
const DATA: unknown = {...given, metadata: {...given.metadata, labels: {zz: '1'}}}
const RECORDED = readFileSync(`${FOLDER}/kubectl.jsonl`, 'utf8')
  .trim()
  .split('\n')
  .map(line => JSON.parse(line) as Recorded)

test('kubectl answered many of the templates, and refused some', () => {
  expect(RECORDED.filter(({stdout}) => stdout !== undefined).length).toBeGreaterThan(90)
  expect(RECORDED.filter(({error}) => error !== undefined).length).toBeGreaterThan(15)
})

test.each(RECORDED.map(each => [`${each.form}=${each.template}`, each] as const))(
  '%s is what kubectl 1.32 prints',
  (_name, {form, template, stdout}) => {
    const answer = () => (form === 'jsonpath' ? jsonpathText(template, DATA) : jsonpathJson(template, DATA))
    if (stdout === undefined) expect(answer).toThrow(TemplateError)
    else expect(answer()).toBe(stdout)
  },
)

test('keys of objects are own keys only, and a template cannot take long on a long text', () => {
  expect(jsonpathText('{.constructor}{.__proto__}{.toString}', {})).toBe('')
  expect(() => jsonpathText(`{.a[?(@.b${'!'.repeat(20_000)}`, {a: []})).toThrow(TemplateError)
})
