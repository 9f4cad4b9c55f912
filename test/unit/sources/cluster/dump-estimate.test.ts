import {describe, expect, test} from '@jest/globals'
import {dumpEstimate, refuseTooLarge} from '../../../../src/sources/cluster/pods/dump-estimate.js'
import {WireFailure} from '../../../../src/wire/wire-failure.js'

const POD = {namespace: 'demo', name: 'reviews'}

function proxy(answer: string | WireFailure) {
  const asked: string[] = []
  const podPage = async (_pod: unknown, _port: number, path: string): Promise<Buffer> => {
    asked.push(path)
    if (answer instanceof WireFailure) throw answer
    return Buffer.from(answer)
  }
  return {podPage, asked}
}

describe('the size of a whole dump, before it is asked for', () => {
  // Recorded of real proxies: the counter in /stats and the bytes of /config_dump?include_eds.
  test.each([
    ['reviews-v1', 46, 485_726],
    ['an Envoy with 2,001 services', 2001, 31_800_000],
  ])('%s: within a factor of two of what it was', async (_name, clusters, bytes) => {
    const estimate = await dumpEstimate(proxy(`cluster_manager.active_clusters: ${clusters}\n`), POD, 15_000)
    expect(estimate).toBeGreaterThan(bytes / 2)
    expect(estimate).toBeLessThan(bytes * 2)
  })

  test('one that would not fit is refused with its size, one that fits or is unknown is not', async () => {
    const many = proxy('cluster_manager.active_clusters: 100000\n')
    await expect(refuseTooLarge(many, POD, 15_000, 512 * 1024 * 1024)).rejects.toMatchObject({
      kind: 'too-large',
      message: expect.stringContaining('about 1638 MB'),
    })
    expect(many.asked).toHaveLength(1)
    await refuseTooLarge(proxy('cluster_manager.active_clusters: 47\n'), POD, 15_000, 512 * 1024 * 1024)
    await refuseTooLarge(proxy('something else'), POD, 15_000, 1)
    const none = new WireFailure('not-found', 'no such page', {httpStatus: 404})
    await refuseTooLarge(proxy(none), POD, 15_000, 1)
  })

  test('a proxy that does not answer is asked no second time', async () => {
    const closed = new WireFailure('port-closed', 'refused')
    await expect(dumpEstimate(proxy(closed), POD, 15_000)).rejects.toBe(closed)
  })
})
