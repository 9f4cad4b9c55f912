import {readdirSync, readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {expect} from '@jest/globals'
import {resourceList} from '../../src/kubeapi/discovery.js'
import {servedResources} from '../../src/kubeapi/resources.js'
import {SHARED, sharedTest} from '../support/shared-data.js'

interface ResourceEntry {
  readonly name: string
  readonly kind: string
  readonly namespaced: boolean
  readonly singularName: string
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
}

interface ResourceDocument {
  readonly groupVersion: string
  readonly resources: readonly ResourceEntry[]
}

sharedTest('discovery names every kind as a real API server with Istio 1.31 does', () => {
  const folder = resolve(SHARED, 'mesh/kubernetes/discovery')
  const held = ['Pod', 'Service', 'ReplicationController'].map(kind => ({kind, apiVersion: 'v1'}))
  const workloads = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet'].map(kind => ({
    kind,
    apiVersion: 'apps/v1',
  }))
  const more = ['Job', 'CronJob'].map(kind => ({kind, apiVersion: 'batch/v1'}))
  const resources = servedResources([
    ...held,
    ...workloads,
    ...more,
    {kind: 'HorizontalPodAutoscaler', apiVersion: 'autoscaling/v2'},
  ])
  let compared = 0
  const differences: object[] = []
  for (const file of readdirSync(folder)) {
    const real = JSON.parse(readFileSync(resolve(folder, file), 'utf8')) as ResourceDocument
    if (!Array.isArray(real.resources)) continue
    const [version = '', group = ''] = real.groupVersion.split('/').reverse()
    const ours = (resourceList(resources, group, version) ?? {resources: []}) as ResourceDocument
    for (const entry of ours.resources.filter(each => !each.name.includes('/'))) {
      const {name, kind, namespaced, singularName, shortNames = [], categories = []} = entry
      const match = real.resources.find(each => each.name === name)
      const got = {file, name, kind, namespaced, singularName, shortNames, categories}
      const want = {
        file,
        name,
        kind: match?.kind,
        namespaced: match?.namespaced,
        singularName: match?.singularName,
        shortNames: match?.shortNames ?? [],
        categories: match?.categories ?? [],
      }
      if (JSON.stringify(got) !== JSON.stringify(want)) differences.push({got, want})
      compared += 1
    }
  }
  expect(differences).toEqual([])
  expect(compared).toBeGreaterThan(30)
})
