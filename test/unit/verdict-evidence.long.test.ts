import {describe} from '@jest/globals'
import {eachPieceRemoved} from './verdict-evidence.js'

describe('no verdict gets firmer with less evidence', () => eachPieceRemoved(1))
