import {describe, expect, test} from '@jest/globals'
import {boundPorts, selectingServices, selects} from '../../../src/analysis/ports/service-ports.js'
import {readService} from '../../../src/formats/kube/kube-service.js'
import {readPod} from '../../../src/formats/kube-pod/parse.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import type {ServiceModel} from '../../../src/model/kube/kube-service.js'
import type {PodModel} from '../../../src/model/kube/pod.js'
import {type Random, seeded} from '../../support/seeded.js'

type Labels = Readonly<Record<string, string>>

function podWith(labels: Labels, namespace: string): PodModel {
  const pod = readPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: 'p', namespace, labels},
    spec: {containers: [{name: 'app', image: 'example.com/app:1', ports: [{containerPort: 8080}]}]},
  } as KubeObject)
  if (pod === undefined) throw new Error('no pod')
  return pod
}

function serviceWith(name: string, selector: Labels, namespace: string): ServiceModel {
  return readService({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {name, namespace},
    spec: {selector, ports: [{port: 80, targetPort: 8080}]},
  } as KubeObject)
}

function randomLabels(random: Random, most: number): Labels {
  const names = ['app', 'version', 'tier', 'constructor', '__proto__']
  return Object.fromEntries(
    Array.from({length: random(most + 1)}, () => [names[random(names.length)] ?? 'app', `v${random(3)}`] as const),
  )
}

describe('the Services that select a pod', () => {
  test('are those whose selector matches, in the order of the list, however many there are', () => {
    const random = seeded(7)
    const namespaces = ['a', 'b']
    const namespace = () => namespaces[random(2)] ?? 'a'
    let selected = 0
    for (const many of [3, 7, 8, 60])
      for (let round = 0; round < 40; round++) {
        const services = Array.from({length: many}, (_, index) =>
          serviceWith(`s${index}`, randomLabels(random, 3), namespace()),
        )
        const pod = podWith(randomLabels(random, 4), namespace())
        const found = selectingServices(pod, services)
        expect(found).toEqual(services.filter(service => selects(service, pod)))
        selected += found.length
      }
    expect(selected).toBeGreaterThan(50)
  })

  test('take one look at each Service of a list, whatever number of pods asks', () => {
    let looks = 0
    const services = Array.from({length: 300}, (_, index) => {
      const service = serviceWith(`s${index}`, {app: `app-${index}`}, 'demo')
      const {selector} = service
      return Object.defineProperty({...service}, 'selector', {
        get: () => {
          looks++
          return selector
        },
      })
    })
    for (let index = 0; index < 300; index++)
      expect(boundPorts(podWith({app: `app-${index}`}, 'demo'), services)).toHaveLength(1)
    // One for the index, and a few for the one Service of each pod.
    expect(looks).toBeLessThan(300 + 300 * 4)
  })
})
