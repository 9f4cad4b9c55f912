import {describe} from '@jest/globals'
import {keptCorpus} from '../support/istioctl-corpus.js'
import {saysWhatIstioctlSays} from './istioctl.js'

describe('proxy-config says what istioctl says (selection kept here)', () => saysWhatIstioctlSays(keptCorpus()))
