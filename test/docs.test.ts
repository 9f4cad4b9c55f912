import {describe, test} from '@jest/globals'
import {examplesAreKnown, examplesAreTrue, linksLeadSomewhere} from './docs.js'

test('links in the documents lead somewhere', linksLeadSomewhere)

describe('examples in the documents', () => {
  test('there are some, and each is one we know how to run', examplesAreKnown)
  examplesAreTrue(0.2)
})
