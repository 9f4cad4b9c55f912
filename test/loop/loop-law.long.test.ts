import {describe} from '@jest/globals'
import {loopLaw} from './loop-law.js'

describe('a report is the same from a mesh, from a capture of it, and from a cluster that serves it', () =>
  loopLaw(() => true, 12))
