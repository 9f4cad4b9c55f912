import {describe, test} from '@jest/globals'
import {callsAreCounted, everyCommandIsCounted} from './calls.js'

test('every command that touches a cluster is asked, or is a session', everyCommandIsCounted)

describe('what commands ask a cluster for', () => callsAreCounted(0.2))
