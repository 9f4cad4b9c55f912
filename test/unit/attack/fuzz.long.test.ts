import {test} from '@jest/globals'
import {oracleSize} from '../../support/oracle-size.js'
import {fuzzParsers} from './fuzz-inputs.js'

const {seed, count, again} = oracleSize('FUZZ', {seed: 7, count: 100_000})

test(`no reader throws at damaged input: ${count} of them (${again})`, () => {
  fuzzParsers(seed, count)
}, 600_000)
