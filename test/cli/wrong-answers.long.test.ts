import {describe} from '@jest/globals'
import {wrongAnswersAreRight} from './wrong-answers.js'

describe('answers that were wrong once', () => wrongAnswersAreRight(1))
