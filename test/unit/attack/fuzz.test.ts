import {test} from '@jest/globals'
import {fuzzParsers} from './fuzz-inputs.js'

test('no reader throws at damaged input (2,000 of them)', () => {
  fuzzParsers(1, 2000)
})
