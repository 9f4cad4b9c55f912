import {join} from 'node:path'
import {expect, test} from '@jest/globals'
import {SHARED, sharedTest} from '../../support/shared-data.js'
import {answersWithoutOutcomes, OWN_CASES, recordedCases, total} from './trace-cases.js'

test('what Envoy does with a request is right in every recorded case of the repository', async () => {
  const {asked, answered, undecided, wrong} = await total(OWN_CASES)
  expect(wrong).toEqual([])
  expect(await recordedCases(OWN_CASES)).toBeGreaterThan(3500)
  expect(asked).toBeGreaterThan(0)
  expect(answered).toBe(asked)
  expect(undecided.length / answered).toBeLessThan(0.01)
})

test('what Envoy does depends on the request part of a case alone', async () => {
  await answersWithoutOutcomes(1)
})

sharedTest('what Envoy does with a request is right in the larger recordings', async () => {
  const {answered, undecided, wrong} = await total(join(SHARED, 'envoy', 'given'))
  expect(wrong).toEqual([])
  expect(undecided.length / answered).toBeLessThan(0.01)
  expect([...new Set(undecided)]).toEqual(['whether an upstream that closes at once ends or resets the connection'])
})
