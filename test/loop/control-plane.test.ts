import {describe} from '@jest/globals'
import {fleetIsAsked, verdictsAreTheSame} from './control-plane.js'

describe('the same verdicts wherever the sample is asked', () => verdictsAreTheSame(0.2))
describe('200 proxies over three istiods', () => fleetIsAsked(200))
