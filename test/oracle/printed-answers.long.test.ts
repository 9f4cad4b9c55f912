import {describe} from '@jest/globals'
import {printedAnswerTests} from './printed-answers.js'

describe('what is printed about all packets', () => printedAnswerTests({rulesets: 60, packets: 40, recorded: 1}))
