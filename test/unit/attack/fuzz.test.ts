import {expect, test} from '@jest/globals'
import {faultsOf} from './fuzz-inputs.js'

test('no reader throws at damaged input (2,000 of them)', () => {
  expect(faultsOf(1, 2000)).toEqual([])
})
