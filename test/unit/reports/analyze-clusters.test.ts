import {expect, test} from '@jest/globals'
import {analyzedClusters} from '../../support/analyzed.js'

const FOLDER = 'test/fixtures/analyzer-clusters'
const CONFIGURATION = `${FOLDER}/configuration.yaml`
const WORKLOADS = `${FOLDER}/workloads.yaml`

async function found(clusters: Readonly<Record<string, readonly string[]>>): Promise<readonly string[]> {
  const {listed} = await analyzedClusters(clusters)
  return listed.map(({finding: {code, object}, cluster}) => `${cluster}: ${code} ${object.kind} ${object.name}`)
}

// Each control plane reads the configuration of its own cluster alone (istio.io, "Deployment Models").
test('the same configuration in two clusters is not a conflict', async () => {
  const files = [CONFIGURATION, WORKLOADS]
  expect(await found({east: files, west: files})).toEqual([])
})

test('a primary cluster routes to the workloads of a remote one', async () => {
  expect(await found({primary: [CONFIGURATION], remote: [WORKLOADS]})).toEqual([])
})

test('configuration of one cluster stands for none of another', async () => {
  const routes = `${FOLDER}/routes.yaml`
  expect(await found({east: [CONFIGURATION, WORKLOADS], west: [WORKLOADS, routes]})).toEqual([
    'west: MCT2001 VirtualService web',
    'west: MCT2005 VirtualService web',
    'west: MCT2018 VirtualService web',
  ])
})
