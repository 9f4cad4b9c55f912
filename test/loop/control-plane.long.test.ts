import {describe} from '@jest/globals'
import {fleetIsAsked, verdictsAreTheSame} from './control-plane.js'

describe('the same verdicts wherever the sample is asked', () => verdictsAreTheSame(1))
describe('2,000 proxies over three istiods', () => fleetIsAsked(2000))
