import {describe, expect, test} from '@jest/globals'
import type {Api} from '../../../src/sources/cluster/api/api.js'
import {gapOfFailure} from '../../../src/sources/cluster/api/gap-of-failure.js'
import {listAllPages} from '../../../src/sources/cluster/api/list.js'
import {failureFromRefusal} from '../../../src/wire/classify.js'
import {failureFromError} from '../../../src/wire/wire-failure.js'

/** An API whose every page goes on with a new token. */
function endless(items: number): {readonly api: Api; readonly calls: () => number} {
  let page = 0
  const pod = (at: number) => ({metadata: {name: `p${page}-${at}`}})
  const get = async () => {
    page += 1
    const body = {
      kind: 'PodList',
      apiVersion: 'v1',
      metadata: {continue: `t${page}`},
      items: Array.from({length: items}, (_, at) => pod(at)),
    }
    return {status: 200, headers: {}, body: Buffer.from(JSON.stringify(body)), wireBytes: 1}
  }
  return {api: {gzip: false, get} as unknown as Api, calls: () => page}
}

describe('a list whose server always has another page', () => {
  test.each([
    ['empty pages', 0, '100 pages without an object'],
    ['full pages', 5000, 'more than 500000 objects'],
  ])('of %s ends with its reason', async (_what, items, why) => {
    const {api, calls} = endless(items)
    const error = await listAllPages(api, '/api/v1/pods').catch((thrown: unknown) => thrown)
    const failure = failureFromError(error)
    expect(failure.message).toBe(`GET /api/v1/pods: the list does not end: ${why}`)
    expect(gapOfFailure('pods', failure)).toMatchObject({reason: 'too-large'})
    expect(calls()).toBeLessThan(110)
  })
})

test("a server's words are one line, and a token they echo is not repeated", () => {
  const body = JSON.stringify({
    kind: 'Status',
    status: 'Failure',
    message: 'no\nFAKE: 0 errors\r\ntoken=Zq7wXk29mTb',
    code: 500,
  })
  const gap = gapOfFailure('pods', failureFromRefusal({httpStatus: 500, body}))
  expect(gap.detail).toBe('no FAKE: 0 errors token=[redacted]')
})
