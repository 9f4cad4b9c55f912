import {describe, expect, test} from '@jest/globals'
import type {Doc} from '../../../src/terminal/doc.js'
import {renderDoc} from '../../../src/terminal/render.js'

const WORDS = 'Everything else that comes in is handed to the sidecar, whatever port it asked for.'
const RULE = '-p tcp -m tcp ! --dport 15008 -m owner --uid-owner 1337 -j ISTIO_IN_REDIRECT'

const DOC: Doc = [
  {
    block: 'tree',
    roots: [
      {
        label: ['table nat'],
        children: [
          {
            label: ['1  ', WORDS],
            detail: [{text: RULE, tone: 'dim'}],
            children: [{label: ['LIST'], detail: ['short']}],
          },
          {label: ['2  last'], detail: [{text: RULE, tone: 'dim'}]},
        ],
      },
    ],
  },
]

describe('trees', () => {
  test('keep one line per node where nothing has to fit', () => {
    const lines = renderDoc(DOC, {width: 60, colour: false, headers: true}).trimEnd().split('\n')
    expect(lines).toEqual(['table nat', `├─ 1  ${WORDS}  ${RULE}`, '│  └─ LIST  short', `└─ 2  last  ${RULE}`])
  })

  test.each([40, 60, 80, 100, 300])('fit a terminal of %i columns and lose no word', width => {
    const text = renderDoc(DOC, {width, colour: false, headers: true, fit: true})
    for (const line of text.trimEnd().split('\n')) {
      expect(line.length).toBeLessThanOrEqual(width)
      expect(line).not.toMatch(/\s$/)
    }
    const words = text
      .replace(/[│├└─]/g, ' ')
      .trim()
      .split(/\s+/)
    expect(words).toEqual(`table nat 1 ${WORDS} ${RULE} LIST short 2 last ${RULE}`.split(/\s+/))
  })
})
