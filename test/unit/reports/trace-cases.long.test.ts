import {join} from 'node:path'
import {expect} from '@jest/globals'
import {SHARED, sharedTest} from '../../support/shared-data.js'
import {total} from './trace-cases.js'

sharedTest('what Envoy does with a request is right in the larger recordings', async () => {
  const {answered, undecided, wrong} = await total(join(SHARED, 'envoy', 'given'))
  expect(wrong).toEqual([])
  expect(undecided.length / answered).toBeLessThan(0.01)
  expect([...new Set(undecided)]).toEqual(['whether an upstream that closes at once ends or resets the connection'])
})
