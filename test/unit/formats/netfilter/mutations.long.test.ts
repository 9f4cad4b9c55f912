import {describe} from '@jest/globals'
import {mutationTest} from './mutations.js'

describe('no input makes a parser fail', () => mutationTest(100_000))
