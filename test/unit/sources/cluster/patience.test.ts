import {describe, expect, test} from '@jest/globals'
import {patience} from '../../../../src/sources/cluster/pods/patience.js'
import {WireFailure} from '../../../../src/wire/wire-failure.js'

const silent = async () => Promise.reject(new WireFailure('timeout', 'no answer within 4 s'))
const closed = async () => Promise.reject(new WireFailure('port-closed', 'connection refused'))
const answers = async () => 'page'

describe('a place that does not answer', () => {
  test('is asked twice, then not for a minute; other places are asked', async () => {
    let clock = 0
    let calls = 0
    const counted = async () => {
      calls += 1
      return await silent()
    }
    const {ask} = patience(() => clock)
    for (let round = 0; round < 10; round++) await expect(ask('demo/a:15000', counted)).rejects.toThrow(WireFailure)
    expect(calls).toBe(2)
    await expect(ask('demo/a:15000', answers)).rejects.toMatchObject({
      kind: 'timeout',
      message: 'not asked: 2 calls before it got no answer',
    })
    expect(await ask('demo/a/istio-proxy', answers)).toBe('page')
    clock = 60_001
    expect(await ask('demo/a:15000', answers)).toBe('page')
    await expect(ask('demo/a:15000', counted)).rejects.toThrow('no answer within')
    await expect(ask('demo/a:15000', counted)).rejects.toThrow('no answer within')
    expect(calls).toBe(4)
  })

  test('counts silence in a row only: a refusal is an answer', async () => {
    const {ask} = patience(() => 0)
    for (const call of [silent, closed, silent, closed, silent])
      await expect(ask('demo/a:15000', call)).rejects.toThrow(/no answer within|refused/)
    expect(await ask('demo/a:15000', answers)).toBe('page')
  })
})
