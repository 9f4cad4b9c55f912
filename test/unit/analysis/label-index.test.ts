import {expect, test} from '@jest/globals'
import {selectedFrom, selecting} from '../../../src/analysis/istio-config/label-index.js'
import {selectorMatches} from '../../../src/analysis/istio-config/label-selection.js'
import {seeded} from '../../support/seeded.js'

const random = seeded(11)
const KEYS = ['app', 'version', 'tier', '__proto__', 'a=b']

function someLabels(): Record<string, string> {
  const pairs = KEYS.filter(() => random(3) === 0).map(key => [key, `v${random(3)}`] as const)
  return Object.fromEntries(pairs)
}

const ITEMS = Array.from({length: 200}, (_, id) => ({id, labels: someLabels(), selector: someLabels()}))

test('a selector selects what comparing it with every item selects, in their order', () => {
  for (let n = 0; n < 200; n++) {
    const selector = someLabels()
    expect(selectedFrom(selector, ITEMS)).toEqual(ITEMS.filter(({labels}) => selectorMatches(selector, labels)))
  }
})

test('labels are selected by what comparing every selector with them finds, but for empty ones', () => {
  const filled = ITEMS.filter(({selector}) => Object.keys(selector).length > 0)
  for (let n = 0; n < 200; n++) {
    const labels = someLabels()
    expect(selecting(labels, ITEMS)).toEqual(filled.filter(({selector}) => selectorMatches(selector, labels)))
  }
})
