import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {meshctl} from '../support/cli.js'

let state = ''
beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'meshctl-state-'))
})
afterAll(async () => {
  await rm(state, {recursive: true, force: true})
})

const SAMPLE = ['--from', 'sample']

describe('proxy-status and diff as a user runs them', () => {
  test('ps: the verdict first, exit code 1; JSON is one document', async () => {
    const table = await meshctl(['ps', ...SAMPLE])
    expect(table.code).toBe(1)
    expect(table.stdout.split('\n')[0]).toBe(
      '19 proxies connected to 2 istiods: 1 in error, 1 disconnected, 1 never connected (as of 2026-11-20T19:00:00.000Z)',
    )
    const json = await meshctl(['ps', ...SAMPLE, '-o', 'json'])
    expect(JSON.parse(json.stdout)).toMatchObject({kind: 'ProxyStatusReport', failing: true})
    expect(json.code).toBe(1)
  })

  test('diff: equal is 0, different is 1, nothing to compare is 2', async () => {
    const equal = await meshctl(['diff', 'deploy/productpage-v1', ...SAMPLE])
    expect([equal.code, equal.stdout.split('\n')[0]]).toEqual([
      0,
      'productpage-v1-565846b976-fvswz.demo: no difference (42 clusters, 20 listeners, 7 routes)',
    ])
    const nack = await meshctl(['proxy-status', 'deploy/sick-nack-v1', ...SAMPLE, '-o', 'json'])
    expect([nack.code, JSON.parse(nack.stdout)]).toEqual([1, [{op: 'remove', path: '/clusters/broken'}]])
    const lost = await meshctl(['diff', 'deploy/sick-notready-v1', ...SAMPLE])
    expect([lost.code, lost.stdout]).toEqual([2, ''])
    expect(lost.stderr).toContain('no istiod has config for')
    expect((await meshctl(['diff'])).code).toBe(2)
  })

  test("ps POD -f: the file stands for what Envoy runs, istiod's side comes from the source", async () => {
    const dump = await meshctl(['proxy-config', 'cluster', 'deploy/productpage-v1', ...SAMPLE, '-o', 'raw'])
    const file = join(state, 'dump.json')
    await writeFile(file, dump.stdout.replaceAll('"connect_timeout": "10s"', '"connect_timeout": "11s"'))
    const run = await meshctl(['ps', 'deploy/productpage-v1', '-f', file, ...SAMPLE, '-o', 'short'])
    expect(run.code).toBe(1)
    expect(run.stdout).toContain('42 clusters changed')
  })
})

describe('snapshots as a user runs them', () => {
  test('create, list, show, diff, bisect, read, prune', async () => {
    const env = {XDG_STATE_HOME: state}
    const one = await meshctl(['snapshot', 'create', '-n', 'demo', '--name', 'one', ...SAMPLE], {env})
    expect(one.stdout.split('\n')[0]).toMatch(/^snapshot:one: 21 pods, .* redacted$/)
    await meshctl(['snapshot', 'create', '-n', 'demo', '--name', 'two', ...SAMPLE], {env})
    const again = await meshctl(['snapshot', 'create', '-n', 'demo', '--name', 'two', ...SAMPLE], {env})
    expect([again.code, again.stderr.split('\n')[0]]).toEqual([2, 'Error: there is already a snapshot two'])
    const list = await meshctl(['snapshot', 'list', '-o', 'json'], {env})
    expect(JSON.parse(list.stdout).snapshots.map((each: {name: string}) => each.name)).toEqual(['one', 'two'])
    const show = await meshctl(['snapshot', 'show'], {env})
    expect([show.code, show.stdout.split('\n')[1]]).toEqual([0, 'The snapshot is complete.'])
    expect(show.stdout).toContain('1 permission denied in the container, 1 not captured')
    const diff = await meshctl(['snapshot', 'diff'], {env})
    expect([diff.code, diff.stdout]).toEqual([0, expect.stringContaining('0 different')])
    const bisect = await meshctl(['snapshot', 'bisect', 'cluster/ratings.demo'], {env})
    expect([bisect.code, bisect.stdout.split('\n')[0]]).toEqual([
      0,
      'clusters ratings.demo: unchanged in all 2 snapshots.',
    ])
    const there = await meshctl(['pc', 'cluster', 'deploy/reviews-v1', '--from', 'snapshot:one'], {env})
    const sample = await meshctl(['pc', 'cluster', 'deploy/reviews-v1', ...SAMPLE], {env})
    expect(there.stdout).toBe(sample.stdout)
    const prune = await meshctl(['snapshot', 'prune', '--keep', '1'], {env})
    expect(prune.stdout).toMatch(/^Removed 1 snapshot: one\n/)
    const gone = await meshctl(['ps', '--from', 'snapshot:one'], {env})
    expect([gone.code, gone.stderr.split('\n')[0]]).toEqual([2, 'Error: snapshot one not found'])
    const table = await meshctl(['snapshot', 'list'], {env})
    expect(table.stdout).toMatch(/^NAME +AGE +CAPTURED +PODS +SIZE +SOURCE\ntwo +\d+[sm]\S* +\d+\S* ago +21 /)
    for (const argv of [
      ['prune', '--keep', '0'],
      ['rm', 'two'],
    ]) {
      const unasked = await meshctl(['snapshot', ...argv], {env})
      expect([unasked.code, unasked.stdout, unasked.stderr]).toEqual([2, '', expect.stringContaining('add --yes')])
    }
    const unknown = await meshctl(['snapshot', 'rm', 'two', 'three', '--yes'], {env})
    expect([unknown.code, unknown.stderr.split('\n').slice(0, 2)]).toEqual([
      2,
      ['Error: snapshot three not found', 'Nothing was removed.'],
    ])
    const rm = await meshctl(['snapshot', 'rm', 'two', '--yes'], {env})
    expect([rm.code, rm.stdout]).toEqual([0, expect.stringMatching(/^Removed 1 snapshot: two\n.*0 snapshots kept\n$/)])
  }, 120_000)
})
