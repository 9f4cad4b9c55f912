import {describe} from '@jest/globals'
import {printedAnswerTests} from './printed-answers.js'

describe('what is printed about all packets', () => printedAnswerTests({rulesets: 3, packets: 25, recorded: 12}))
