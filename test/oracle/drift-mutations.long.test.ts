import {describe} from '@jest/globals'
import {driftMutationTests} from './drift-mutations.js'

describe('drift says that paths change exactly when they do', () => driftMutationTests({recorded: 1, mutations: 5}))
