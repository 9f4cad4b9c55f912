import {describe} from '@jest/globals'
import {callsAreCounted} from './calls.js'

describe('what commands ask a cluster for', () => callsAreCounted(1))
