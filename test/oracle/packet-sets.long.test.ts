import {describe} from '@jest/globals'
import {packetSetTests} from './packet-sets.js'

describe('sets of packets say what the walk says of each of them', () => packetSetTests({rulesets: 300, packets: 120}))
