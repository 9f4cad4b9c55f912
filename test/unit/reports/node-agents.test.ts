import {expect, test} from '@jest/globals'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {checkReport} from '../../../src/reports/check/report.js'
import {RULES} from '../../../src/rules/registry.js'
import type {ObjectQuery, Source} from '../../../src/sources/source.js'
import {memorySource} from '../../support/memory-source.js'

const NAMESPACES = [
  {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'plain'}},
  {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'enrolled', labels: {'istio.io/dataplane-mode': 'ambient'}}},
]

function pod(namespace: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: 'web', namespace},
    spec: {nodeName: 'node1', containers: [{name: 'web', image: 'web:1'}]},
    status: {phase: 'Running'},
  }
}

/** The labels by which pods were listed when the rule about agents of nodes was evaluated for pods, and what it found. */
async function asked(pods: readonly KubeObject[]) {
  const given = memorySource({objects: [...NAMESPACES, ...pods], origin: {kind: 'cluster', label: 'cluster test'}})
  const labels: string[] = []
  const source: Source = {
    ...given,
    objects: async (query: ObjectQuery) => {
      if (query.kind === 'Pod') labels.push(...(query.labels ?? []).flatMap(({values}) => values ?? []))
      return await given.objects(query)
    },
  }
  const rules = RULES.filter(({code}) => code === 'MCT1615')
  const {workloads, counts} = await checkReport(source, pods, {
    rules,
    istioNamespace: 'istio-system',
    now: new Date(0),
    deep: false,
    failOn: 'error',
  })
  const messages = workloads.flatMap(({findings}) => findings.map(({message}) => message))
  return {labels, messages, notChecked: counts.notChecked}
}

test('agents of nodes are not listed for pods outside ambient mode', async () => {
  expect(await asked([pod('plain')])).toEqual({labels: [], messages: [], notChecked: 0})
})

test('they are listed once for all pods of an enrolled namespace', async () => {
  const found = await asked([pod('enrolled'), {...pod('enrolled'), metadata: {name: 'other', namespace: 'enrolled'}}])
  expect(found.labels).toEqual(['ztunnel', 'istio-cni-node'])
  expect(found.messages[0]).toContain('No ztunnel runs on node node1')
})
