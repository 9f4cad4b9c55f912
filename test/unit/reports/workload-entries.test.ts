import {describe, expect, test} from '@jest/globals'
import {istioObjects} from '../../../src/evidence/mesh-objects/istio-objects.js'
import {type GapReason, missing} from '../../../src/model/evidence/answer.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import type {Source} from '../../../src/sources/source.js'
import {memorySource} from '../../support/memory-source.js'

function serviceEntry(spec: Readonly<Record<string, unknown>>): KubeObject {
  const metadata = {name: 'vm', namespace: 'demo'}
  return {
    kind: 'ServiceEntry',
    apiVersion: 'networking.istio.io/v1',
    metadata,
    spec: {hosts: ['vm.example.com'], ...spec},
  }
}

/** A source without the WorkloadEntries, and without further kinds. */
function withoutEntries(objects: readonly KubeObject[], reason: GapReason, more: readonly string[] = []): Source {
  const source = memorySource({objects})
  return {
    ...source,
    objects: async query =>
      ['WorkloadEntry', ...more].includes(query.kind)
        ? missing(`${query.kind} objects`, reason, 'not there')
        : await source.objects(query),
  }
}

const STATIC = serviceEntry({endpoints: [{address: '10.9.0.1'}]})
const SELECTING = serviceEntry({workloadSelector: {labels: {app: 'vm'}}})

async function gapsOf(source: Source): Promise<readonly string[]> {
  return (await istioObjects(source)).gaps.map(({what}) => what)
}

describe('WorkloadEntries that were not captured', () => {
  test('are not a gap where nothing selects one', async () => {
    expect(await gapsOf(withoutEntries([STATIC], 'not-captured'))).toEqual([])
    expect(await gapsOf(withoutEntries([], 'not-captured'))).toEqual([])
  })

  test('are a gap where a ServiceEntry selects them, or may', async () => {
    expect(await gapsOf(withoutEntries([STATIC, SELECTING], 'not-captured'))).toEqual(['WorkloadEntry objects'])
    expect(await gapsOf(withoutEntries([], 'not-captured', ['ServiceEntry']))).toEqual([
      'ServiceEntry objects',
      'WorkloadEntry objects',
    ])
  })

  test('are a gap whenever they should have been readable', async () => {
    expect(await gapsOf(withoutEntries([STATIC], 'forbidden'))).toEqual(['WorkloadEntry objects'])
  })
})
