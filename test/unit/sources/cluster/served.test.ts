import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {writeKubeconfig} from '../../../../src/kubeapi/kubeconfig.js'
import {type ApiServerHandle, startApiServer} from '../../../../src/kubeapi/server.js'
import {EVIDENCE_IDS} from '../../../../src/model/evidence/evidence.js'
import {KINDS, kindWord} from '../../../../src/model/kube/kinds.js'
import {parseSelector} from '../../../../src/model/kube/selector.js'
import {clusterSource} from '../../../../src/sources/cluster/source.js'
import {openSource} from '../../../../src/sources/open.js'
import type {Source} from '../../../../src/sources/source.js'
import type {CallRecord} from '../../../../src/wire/api-server.js'
import {timersLeft} from '../../../support/live-timers.js'

const SETTINGS = {istioNamespace: 'istio-system', asGroups: [], requestTimeoutMs: 20_000, adminPort: 15_000}
const calls: CallRecord[] = []
let sample: Source
let server: ApiServerHandle
let live: Source
let kubeconfig: Awaited<ReturnType<typeof writeKubeconfig>>

beforeAll(async () => {
  sample = await openSource('sample', {root: process.cwd(), adminPort: 15_000, cluster: SETTINGS})
  server = await startApiServer(sample)
  kubeconfig = await writeKubeconfig(server)
  live = await clusterSource({...SETTINGS, kubeconfig: kubeconfig.path, observe: call => calls.push(call)})
})
afterAll(async () => {
  await live.close()
  await kubeconfig.remove()
  await server.close()
  await sample.close()
  expect(await timersLeft()).toBe(0)
})

async function pods() {
  const answer = await sample.objects({kind: 'Pod'})
  if (!answer.ok) throw new Error('the sample has no pods')
  return answer.value.map(each => ({namespace: each.metadata.namespace ?? '', name: each.metadata.name}))
}

describe('the live source on a served sample says what the sample says', () => {
  test.each(KINDS.map(each => [kindWord(each), each.apiVersion] as const))('every %s of %s', async kind => {
    const byName = (a: {metadata: {name: string; namespace?: string}}, b: typeof a) =>
      `${a.metadata.namespace}/${a.metadata.name}` < `${b.metadata.namespace}/${b.metadata.name}` ? -1 : 1
    const [there, here] = [await live.objects({kind}), await sample.objects({kind})]
    if (!here.ok || !there.ok) expect(there).toEqual(here)
    else expect([...there.value].sort(byName)).toEqual([...here.value].sort(byName))
  })

  test.each(EVIDENCE_IDS)(
    '%s of every pod, byte for byte or with the recorded gap',
    async id => {
      for (const pod of await pods()) {
        const [there, here] = [await live.evidence(id, pod), await sample.evidence(id, pod)]
        // What the sample does not hold because it cannot exist is seen to be so from the pod.
        const pointless =
          !here.ok && here.gap.reason === 'not-captured' && !there.ok && there.gap.reason === 'not-applicable'
        if (pointless) continue
        if (!here.ok) expect({pod, answer: there}).toEqual({pod, answer: here})
        else if (!there.ok) expect({pod, gap: there.gap}).toEqual({pod, gap: undefined})
        else expect(Buffer.from(there.value.bytes).equals(Buffer.from(here.value.bytes))).toBe(true)
      }
    },
    60_000,
  )
})

test('one object by name, one that does not exist, one of a namespace', async () => {
  const [first] = await pods()
  const named = await live.objects({kind: 'Pod', ...first})
  expect(named).toEqual(await sample.objects({kind: 'Pod', ...first}))
  expect(await live.objects({kind: 'Pod', namespace: 'demo', name: 'nosuch'})).toEqual({ok: true, value: []})
})

test('labels are asked of the server, which then sends only what has them', async () => {
  calls.length = 0
  const labels = parseSelector('app=reviews,version in (v1,v2)')
  const found = await live.objects({kind: 'Pod', namespace: 'demo', labels})
  const everything = await sample.objects({kind: 'Pod', namespace: 'demo'})
  if (!found.ok || !everything.ok) throw new Error('no pods')
  const wanted = everything.value.filter(({metadata: {labels}}) => labels?.app === 'reviews' && labels.version !== 'v3')
  expect(wanted.length).toBeGreaterThan(0)
  expect(found.value.map(each => each.metadata.name).sort()).toEqual(wanted.map(each => each.metadata.name).sort())
  expect(calls.map(each => each.name)).toEqual([
    'GET /api/v1/namespaces/demo/pods?labelSelector=app%3Dreviews%2Cversion+in+%28v1%2Cv2%29&limit=500',
  ])
})

test('a narrowed dump is smaller, has the section asked for, and the names asked for', async () => {
  const pod = (await pods()).find(each => each.name.startsWith('reviews-v1'))
  if (pod === undefined) throw new Error('the sample has no reviews-v1')
  const sizeOf = async (query?: Parameters<Source['evidence']>[2]) => {
    const answer = await live.evidence('envoy.config_dump', pod, query)
    if (!answer.ok) throw new Error(answer.gap.detail)
    const json = JSON.parse(Buffer.from(answer.value.bytes).toString('utf8')) as {configs: Record<string, unknown>[]}
    return {bytes: answer.value.bytes.length, configs: json.configs, path: answer.value.provenance.path}
  }
  const whole = await sizeOf()
  const section = await sizeOf({sections: ['clusters']})
  const named = await sizeOf({sections: ['clusters'], names: ['ratings.demo']})
  expect(section.configs.map(each => each['@type'])).toEqual(['type.googleapis.com/envoy.admin.v3.ClustersConfigDump'])
  expect(section.bytes).toBeLessThan(whole.bytes / 2)
  expect(named.bytes).toBeLessThan(section.bytes / 5)
  expect(JSON.stringify(named.configs)).toContain('outbound|9080||ratings.demo.svc.cluster.local')
  expect(named.path).toBe(
    'config_dump?mask=dynamic_active_clusters,dynamic_warming_clusters,static_clusters&name_regex=.*ratings%5C.demo.*',
  )
})

test('the calls of a run are reported, and the pages of one proxy go over one forward', () => {
  expect(calls.length).toBeGreaterThan(3)
  expect(calls.some(each => /^GET reviews-v1-\S+\.demo:15000\/config_dump/.test(each.name) && each.bytes > 0)).toBe(
    true,
  )
  for (const call of calls) expect(JSON.stringify(call)).not.toContain(server.token)
})
