import {describe} from '@jest/globals'
import {driftMutationTests} from './drift-mutations.js'

describe('drift says that paths change exactly when they do', () => driftMutationTests({recorded: 6, mutations: 1}))
