import {describe} from '@jest/globals'
import {envoyTraceTests} from './envoy-trace.js'

describe('a real Envoy', () => envoyTraceTests(2))
