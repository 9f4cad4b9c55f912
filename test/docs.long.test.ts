import {describe} from '@jest/globals'
import {examplesAreTrue} from './docs.js'

describe('examples in the documents', () => examplesAreTrue(1))
