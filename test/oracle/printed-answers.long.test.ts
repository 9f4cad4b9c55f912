import {describe} from '@jest/globals'
import {printedAnswerTests} from './printed-answers.js'

describe('what is printed about all packets', () => printedAnswerTests({rulesets: 150, packets: 60, recorded: 1}))
