import {describe, expect, test} from '@jest/globals'
import {parseManifest} from '../../../src/formats/kube-manifest/parse.js'
import {parseYamlText} from '../../../src/formats/kube-manifest/yaml-text.js'
import {nearestNames} from '../../../src/model/text/nearest.js'

const DEEP = 100_000

describe('texts nested without end are refused before the recursive parser of YAML, near whose end of the stack V8 ends the process', () => {
  test.each([
    ['lists', '['.repeat(DEEP)],
    ['maps', '{a: '.repeat(DEEP)],
    ['items on one line', '- '.repeat(DEEP)],
    ['keys on one line', '? '.repeat(DEEP)],
    ['blocks', Array.from({length: 1000}, (_, at) => `${' '.repeat(at)}a:`).join('\n')],
  ])('%s', (_what, text) => {
    expect(parseYamlText(text)).toBeUndefined()
    expect(parseManifest(Buffer.from(text)).objects).toEqual([])
  })

  test('what objects of Kubernetes are nested by is read', () => {
    const text = `${'{a: '.repeat(100)}1${'}'.repeat(100)}`
    expect(parseYamlText(text)).toHaveProperty(Array.from({length: 100}, () => 'a').join('.'), 1)
  })
})

test('a text longer than any name has no name like it', () => {
  expect(nearestNames('x'.repeat(101), ['x'.repeat(100)])).toEqual([])
  expect(nearestNames('clutser', ['cluster', 'route'])).toEqual(['cluster'])
})
