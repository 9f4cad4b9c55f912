import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {writeKubeconfig} from '../../src/kubeapi/kubeconfig.js'
import {startApiServer} from '../../src/kubeapi/server.js'
import {meshctl} from '../support/cli.js'
import {sampleSource} from '../support/served.js'

/** What a command asks a cluster for: objects of its API, pages of pods, and commands run in pods. */
interface Calls {
  readonly objects: number
  readonly pages: number
  readonly execs: number
}

/**
 * The most calls of each command on the sample mesh. A pod whose kernel rules may be read gets five commands that read rules, two for sockets and
 * three for addresses and routes; in a pod that denies the first of them the other rule commands are not run (sources/cluster/exec-memory.ts).
 */
const MOST: readonly (readonly [string, Calls])[] = [
  ['version', {objects: 2, pages: 4, execs: 0}],
  ['proxy-status', {objects: 11, pages: 8, execs: 0}],
  ['proxy-config cluster deploy/reviews-v1 -n demo', {objects: 2, pages: 1, execs: 0}],
  ['proxy-config all deploy/reviews-v1 -n demo', {objects: 2, pages: 4, execs: 0}],
  ['server-info deploy/reviews-v1 -n demo', {objects: 2, pages: 1, execs: 0}],
  ['iptables deploy/reviews-v1 -n demo', {objects: 4, pages: 0, execs: 3}],
  ['ports deploy/reviews-v1 -n demo', {objects: 4, pages: 1, execs: 2}],
  ['check-inject deploy/reviews-v1 -n demo', {objects: 6, pages: 0, execs: 0}],
  ['check deploy/reviews-v1 -n demo', {objects: 19, pages: 5, execs: 4}],
  ['describe pod deploy/reviews-v1 -n demo', {objects: 23, pages: 7, execs: 4}],
  ['describe service reviews -n demo', {objects: 30, pages: 9, execs: 12}],
]

function callsIn(trace: string): readonly string[] {
  return trace.split('\n').flatMap(line => /\d+ ms {2}((?:GET|POST|exec) .*)$/.exec(line)?.[1] ?? [])
}

function counted(calls: readonly string[]): Calls {
  const execs = calls.filter(call => call.startsWith('exec ')).length
  const objects = calls.filter(call => call.startsWith('GET /')).length
  return {objects, pages: calls.length - execs - objects, execs}
}

describe('what commands ask a cluster for', () => {
  let close = async () => {}
  let env: Readonly<Record<string, string>> = {}
  beforeAll(async () => {
    const server = await startApiServer(await sampleSource())
    const kubeconfig = await writeKubeconfig(server)
    env = {KUBECONFIG: kubeconfig.path}
    close = async () => {
      await server.close()
      await kubeconfig.remove()
    }
  })
  afterAll(() => close())

  test.each(MOST)('%s: nothing twice, and no more than it needs', async (line, most) => {
    const {stderr, code} = await meshctl([...line.split(' '), '-v'], {env})
    expect([0, 1, 3]).toContain(code)
    const calls = callsIn(stderr)
    expect(calls.filter((call, place) => calls.indexOf(call) !== place)).toEqual([])
    const {objects, pages, execs} = counted(calls)
    expect(calls.length).toBeGreaterThan(0)
    expect({
      objects: Math.max(objects, most.objects),
      pages: Math.max(pages, most.pages),
      execs: Math.max(execs, most.execs),
    }).toEqual(most)
  })
})
