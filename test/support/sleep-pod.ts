import {expect} from '@jest/globals'
import type {Answer, Gap} from '../../src/model/evidence/answer.js'
import type {Artifact, EvidenceId} from '../../src/model/evidence/evidence.js'
import {timersLeft} from './live-timers.js'
import {type ClusterScript, scriptedCluster} from './scripted-cluster.js'

export const POD = {namespace: 'demo', name: 'sleep'}
export const POD_PATH = '/api/v1/namespaces/demo/pods/sleep'

const RUNNING = {state: {running: {}}, ready: true, restartCount: 0}
interface Named {
  readonly name: string
  readonly [field: string]: unknown
}

/** A pod with a sidecar as an API server gives it. */
export function pod(
  more: {containers?: Named[]; init?: Named[]; statuses?: object; annotations?: object; phase?: string} = {},
): string {
  const containers = more.containers ?? [{name: 'app'}]
  const init = more.init ?? [{name: 'istio-proxy', restartPolicy: 'Always'}]
  const status = (list: Named[]) =>
    list.map(each => ({name: each.name, ...RUNNING, ...(more.statuses as Record<string, object>)?.[each.name]}))
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: 'sleep', namespace: 'demo', annotations: more.annotations ?? {}},
    spec: {containers, initContainers: init},
    status: {
      phase: more.phase ?? 'Running',
      containerStatuses: status(containers),
      initContainerStatuses: status(init),
    },
  })
}

/** Asks a live source on a scripted cluster for one piece of evidence, and waits until nothing is left open. */
export async function ask(
  script: Partial<ClusterScript>,
  id: EvidenceId,
  more: Parameters<typeof scriptedCluster>[1] = {},
  query = {},
) {
  const get = (path: string) => script.get?.(path) ?? (path === POD_PATH ? {body: pod()} : undefined)
  const cluster = await scriptedCluster({...script, get}, more)
  const answer = await cluster.source.evidence(id, POD, query)
  await cluster.close()
  expect(await timersLeft()).toBe(0)
  return {answer, calls: cluster.calls.map(each => each.name)}
}

/** An answer's bytes as text; a gap is a failed test. */
export function bytesOf(answer: Answer<Artifact>): string {
  if (!answer.ok) throw new Error(answer.gap.detail)
  return Buffer.from(answer.value.bytes).toString('utf8')
}

/** An answer's gap; a value is a failed test. */
export function gapOf(answer: Answer<Artifact>): Gap {
  if (answer.ok) throw new Error('expected a gap')
  return answer.gap
}
