import {describe} from '@jest/globals'
import {packetSetTests} from './packet-sets.js'

describe('packet sets agree with the packet walk', () => packetSetTests({rulesets: 3, packets: 12}))
