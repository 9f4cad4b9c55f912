import {describe} from '@jest/globals'
import {kernelTests} from './netfilter-kernel.js'

describe('the kernel itself', () => kernelTests({rulesets: 4, texts: 3}))
