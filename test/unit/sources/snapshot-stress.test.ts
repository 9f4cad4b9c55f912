import {describe} from '@jest/globals'
import {snapshotStress} from './snapshot-stress.js'

describe('the snapshot store under stress', () => snapshotStress(6))
