import {describe, expect, test} from '@jest/globals'
import {readPod} from '../../../../src/formats/kube-pod/parse.js'
import {sendRequest} from '../../../../src/sources/cluster/api/send-request.js'
import type {Live} from '../../../../src/sources/cluster/live.js'
import type {ExecOutcome} from '../../../../src/sources/exec-answer.js'

const POD = {namespace: 'demo', name: 'a'}
const TRIES = [
  ['curl', 'u'],
  ['wget', 'u'],
]

/** A pod with an application and a proxy, whose containers have some programs. */
function live(
  programs: Readonly<Record<string, readonly string[]>>,
  running: readonly string[],
): {live: Live; ran: string[]} {
  const ran: string[] = []
  const names = Object.keys(programs)
  const pod = readPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: POD,
    spec: {containers: names.map(name => ({name}))},
    status: {
      phase: 'Running',
      containerStatuses: names.map(name => ({
        name,
        ready: true,
        state: running.includes(name) ? {running: {}} : {waiting: {}},
      })),
    },
  })
  const exec = async (_ref: unknown, container: string, argv: readonly string[]): Promise<ExecOutcome> => {
    ran.push(`${container}:${argv[0]}`)
    const has = programs[container]?.includes(argv[0] ?? '') === true
    return {argv, stdout: Buffer.from(has ? 'HTTP/1.1 200 OK' : ''), stderr: '', exitCode: has ? 0 : 127}
  }
  return {live: {pod: async () => pod, exec} as unknown as Live, ran}
}

describe('a request from a pod', () => {
  test('is sent by the first program that exists, never from the proxy', async () => {
    const given = live({'istio-proxy': ['curl', 'wget'], app: ['wget']}, ['istio-proxy', 'app'])
    const announced: string[] = []
    const answer = await sendRequest(given.live, POD, TRIES, async (container, [program]) => {
      announced.push(`${container}:${program}`)
    })
    expect(answer).toMatchObject({ok: true, value: {container: 'app', argv: ['wget', 'u'], exitCode: 0}})
    expect(given.ran).toEqual(['app:curl', 'app:wget'])
    expect(announced).toEqual(given.ran)
  })

  test('without a program, or a running container, is a gap that says so', async () => {
    const none = live({'istio-proxy': ['curl'], app: []}, ['istio-proxy', 'app'])
    expect(await sendRequest(none.live, POD, TRIES, async () => {})).toMatchObject({
      ok: false,
      gap: {reason: 'no-tool'},
    })
    const waiting = live({'istio-proxy': ['curl'], app: ['curl']}, ['istio-proxy'])
    expect(await sendRequest(waiting.live, POD, TRIES, async () => {})).toMatchObject({
      ok: false,
      gap: {reason: 'not-running'},
    })
    expect(waiting.ran).toEqual([])
  })
})
