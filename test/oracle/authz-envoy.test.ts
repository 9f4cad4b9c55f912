import {describe} from '@jest/globals'
import {authzEnvoyTests} from './authz-envoy.js'

describe('a real Envoy with the recorded filters says what the policies say', () => authzEnvoyTests(60))
