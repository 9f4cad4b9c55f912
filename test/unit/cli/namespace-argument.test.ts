import {describe, expect, test} from '@jest/globals'
import {namespaceArgument} from '../../../src/cli/usage/argument-forms.js'

const SURFACE = {
  commands: [
    {
      words: [['check']],
      args: [],
      forms: [],
      summary: '',
      hidden: false,
      flags: [
        {name: 'from', takesValue: true, summary: ''},
        {name: 'file', char: 'f', takesValue: true, summary: ''},
        {name: 'all', char: 'A', takesValue: false, summary: ''},
      ],
    },
  ],
}

describe('ns/NAME as a target', () => {
  test.each([
    [['ns/demo'], ['-n', 'demo']],
    [
      ['namespace/demo', '--from', 'sample'],
      ['-n', 'demo', '--from', 'sample'],
    ],
    [
      ['namespaces/demo', 'ns/demo'],
      ['-n', 'demo'],
    ],
    [
      ['-A', 'ns/demo'],
      ['-A', '-n', 'demo'],
    ],
    [
      ['--from', 'ns/demo', '-f', 'ns/demo'],
      ['--from', 'ns/demo', '-f', 'ns/demo'],
    ],
    [
      ['deploy/x', '--', 'ns/demo'],
      ['deploy/x', '--', 'ns/demo'],
    ],
    [['ns/demo/sa/x'], ['ns/demo/sa/x']],
    [['ns/'], ['ns/']],
  ])('%j', (argv, words) => {
    expect(namespaceArgument(argv, SURFACE)).toEqual(words)
  })

  test('two of them are refused', () => {
    expect(() => namespaceArgument(['ns/a', 'ns/b'], SURFACE)).toThrow(
      'only one namespace can be named, not ns/a and ns/b',
    )
  })
})
