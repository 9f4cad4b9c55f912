import type {RequestListener} from 'node:http'
import {afterEach, expect, test} from '@jest/globals'
import {LIMITS} from '../../../../src/sources/limits.js'
import {type ScriptedCluster, scriptedCluster} from '../../../support/scripted-cluster.js'

let cluster: ScriptedCluster | undefined
afterEach(async () => {
  await cluster?.close()
  cluster = undefined
})

test('asking one pod after the other keeps the port-forwards of the last few open', async () => {
  let open = 0
  let most = 0
  const page: RequestListener = (request, response) => {
    open += 1
    most = Math.max(most, open)
    request.socket.once('close', () => {
      open -= 1
    })
    response.end('{"certificates":[]}')
  }
  const pod = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name, namespace: 'demo'},
    spec: {containers: [{name: 'istio-proxy', image: 'x'}]},
    status: {phase: 'Running', containerStatuses: [{name: 'istio-proxy', state: {running: {}}}]},
  })
  cluster = await scriptedCluster({
    get: path => ({body: JSON.stringify(pod(path.split('/').at(-1) ?? ''))}),
    forward: () => page,
  })
  const pods = LIMITS.idleForwards * 2
  for (let at = 0; at < pods; at += 1) {
    const answer = await cluster.source.evidence('envoy.certs', {namespace: 'demo', name: `p${at}`})
    expect(answer).toMatchObject({ok: true})
  }
  expect(most).toBeGreaterThan(LIMITS.idleForwards / 2)
  // Those being closed may overlap with the next that is opened.
  expect(most).toBeLessThan(LIMITS.idleForwards + 16)
})
