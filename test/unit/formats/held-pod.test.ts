import {expect, test} from '@jest/globals'
import {readConfigObject} from '../../../src/formats/istio-config/config-object.js'
import {podOfRules} from '../../../src/formats/istio-config/held-pod.js'
import {readWorkloadConfig} from '../../../src/formats/istio-config/kubernetes.js'
import {openFiles} from '../../../src/sources/open.js'

test('rules about the configuration read the same of a pod in the form that is held of it', async () => {
  const sample = await openFiles(['src/sample/mesh.tgz'])
  const pods = await sample.objects({kind: 'Pod'})
  expect(pods.ok).toBe(true)
  const all = pods.ok ? pods.value : []
  expect(all.length).toBeGreaterThan(20)
  for (const pod of all) {
    const [whole, held] = [pod, podOfRules(pod)].map(each => readConfigObject(each, 'default'))
    expect({...held, raw: undefined}).toEqual({...whole, raw: undefined})
    const read = (object: typeof whole) => ({...(object && readWorkloadConfig(object)), object: undefined})
    expect(read(held)).toEqual(read(whole))
    expect(JSON.stringify(held?.raw).length).toBeLessThan(JSON.stringify(pod).length)
  }
})
