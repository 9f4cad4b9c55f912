import {describe} from '@jest/globals'
import {kernelTests} from './netfilter-kernel.js'

describe('the kernel itself', () => kernelTests({rulesets: 2, texts: 1}))
