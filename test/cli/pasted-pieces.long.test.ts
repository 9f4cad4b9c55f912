import {describe} from '@jest/globals'
import {piecesAreAnswered} from './pasted-pieces.js'

describe('pieces of public reports', () => piecesAreAnswered(1))
