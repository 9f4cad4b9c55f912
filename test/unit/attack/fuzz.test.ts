import {test} from '@jest/globals'
import {fuzzParsers} from './fuzz-inputs.js'

test('no reader throws at damaged input (500 of them)', () => {
  fuzzParsers(1, 500)
})
