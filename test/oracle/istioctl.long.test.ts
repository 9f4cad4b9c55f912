import {describe} from '@jest/globals'
import {wholeCorpus} from '../support/istioctl-corpus.js'
import {sharedTest} from '../support/shared-data.js'
import {saysWhatIstioctlSays} from './istioctl.js'

const everything = wholeCorpus()
if (everything === undefined) sharedTest('proxy-config says what istioctl says (all recordings)', () => {})
else describe('proxy-config says what istioctl says (all recordings)', () => saysWhatIstioctlSays(everything))
