import {describe} from '@jest/globals'
import {changes, whatIfTests} from './what-if.js'

describe('a change does to recorded requests what was predicted', () => whatIfTests(changes()))
