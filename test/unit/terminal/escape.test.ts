import {describe, expect, test} from '@jest/globals'
import {parse} from 'yaml'
import {escapeJson, escapeLines, escapeText} from '../../../src/terminal/escape.js'
import {renderJson} from '../../../src/terminal/json.js'
import {renderDoc} from '../../../src/terminal/render.js'
import {renderYaml} from '../../../src/terminal/yaml.js'

const HOSTILE = [
  '\u001b[2J',
  '\u001b]0;owned\u0007',
  '\u009b31m',
  'a\rb',
  'x\u202egnp.exe',
  '\u2028',
  '\u0000',
  '\u007f',
  '\ud800',
  'tab\there',
  'line\nbreak',
]
// What a terminal could act on, or what could hide text: C0 (but newline), DEL, C1, bidirectional controls, separators.
const LIVE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/

describe('text from outside', () => {
  test.each(HOSTILE)('%j cannot act on a terminal in any layout', text => {
    const doc = [
      {block: 'text', lines: [text, [text, {text, tone: 'bad'}]]},
      {block: 'heading', text},
      {block: 'fields', fields: [[text, text]]},
      {block: 'tree', roots: [{label: [text], children: [{label: [text]}]}]},
      {block: 'table', style: 'columns', header: [text], rows: [[text, text]]},
      {block: 'table', style: 'box', header: ['A'], rows: [[text]]},
    ] as const
    const out = renderDoc(doc, {width: 80, colour: false, headers: true})
    expect(out).not.toMatch(LIVE)
    expect(renderJson({text})).not.toMatch(LIVE)
    expect(renderYaml({text}).replaceAll('\t', '')).not.toMatch(LIVE)
  })

  test('is spelled out, not dropped', () => {
    expect(escapeText('a\u001b[0mb')).toBe('a\\x1b[0mb')
    expect(escapeText('\u202e')).toBe('\\u202e')
    expect(escapeText('plain ümlaut ✔ 日本')).toBe('plain ümlaut ✔ 日本')
    expect(escapeLines('a\nb\tc\u0007')).toBe('a\nb\tc\\x07')
  })

  test('JSON stays the same document', () => {
    const value = {text: HOSTILE.join('')}
    expect(JSON.parse(escapeJson(JSON.stringify(value)))).toEqual(value)
    expect(JSON.parse(renderJson(value))).toEqual(value)
  })

  test.each(HOSTILE.filter(text => text !== '\ud800'))('YAML of %j stays the same document', text => {
    expect(parse(renderYaml({text, [`${text}x`]: 1}))).toEqual({text, [`${text}x`]: 1})
  })
})
