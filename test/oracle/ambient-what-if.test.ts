import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import {listOf} from '../../src/formats/decode.js'
import type {KubeObject} from '../../src/model/kube/kube-object.js'
import {whatIfReport} from '../../src/reports/what-if/report.js'
import {ambientCapture} from '../support/ambient-capture.js'
import {AMBIENT, type AmbientRequest, ambientRequests} from '../support/ambient-traffic.js'
import {captureSource} from '../support/mesh-capture.js'
import {sharedTest} from '../support/shared-data.js'

const records = ambientRequests().filter(({request}) => request.tcp !== true)

function object(file: string, kind: string, name: string, labels: Readonly<Record<string, string>>): KubeObject {
  const list: unknown = JSON.parse(readFileSync(join(AMBIENT, 'kubernetes/objects', file), 'utf8'))
  const found = (listOf(list, 'items') as readonly KubeObject[]).find(({metadata}) => metadata.name.startsWith(name))
  if (found === undefined) throw new Error(`no ${kind} ${name}`)
  return {...found, kind, metadata: {...found.metadata, labels: {...found.metadata.labels, ...labels}}}
}

function made(kind: string, name: string, spec: unknown): KubeObject {
  return {apiVersion: 'security.istio.io/v1', kind, metadata: {name, namespace: 'amb'}, spec} as unknown as KubeObject
}

/** What clients see after a change, by record: a status, or `none` where no answer comes. */
async function predicted(moment: string, asked: readonly AmbientRequest[], apply: readonly KubeObject[]) {
  const source = await captureSource(
    ambientCapture(AMBIENT, {moment, capturedAt: '2026-11-30T00:57:00Z', unredacted: true}),
  )
  const traffic = {text: asked.map(({text}) => text).join('\n'), place: 'amb.jsonl'}
  const change = {apply, remove: [], problems: []}
  const {requests} = await whatIfReport(source, {change, traffic, istioNamespace: 'istio-system'})
  return requests.map(({id, after: {kind}}) => [id, /^\d+$/.test(kind) ? kind : kind === 'undecided' ? kind : 'none'])
}

function seen(record: AmbientRequest): string {
  return record.result.status === 0 ? 'none' : String(record.result.status)
}

function key({request: {to, port, path, method}}: AmbientRequest): string {
  return `${method} ${to}:${port}${path}`
}

/** Requests of one sender that another sent as well, with what the other saw; without those whose end depends on the endpoint chosen. */
function twins(from: string, other: string, except: RegExp): readonly (readonly [AmbientRequest, string])[] {
  const main = records.filter(({moment}) => moment === '2-policy')
  return main
    .filter(each => each.from.startsWith(`${from}-`) && !except.test(key(each)))
    .flatMap(each => {
      const twin = main.find(one => one.from.startsWith(`${other}-`) && key(one) === key(each))
      return twin === undefined ? [] : [[each, seen(twin)] as const]
    })
}

describe('what a change does to an ambient mesh, as it was recorded when it was so', () => {
  sharedTest('a waypoint for a namespace', async () => {
    const asked = records.filter(({moment}) => moment === '8-namespace-waypoint')
    const change = [
      object('v1_namespaces.json', 'Namespace', 'amb2', {'istio.io/use-waypoint': 'ns-wp'}),
      object('v1_services.json', 'Service', 'srv-nowp', {'istio.io/use-waypoint': 'none'}),
    ]
    expect(await predicted('7-native-nftables', asked, change)).toEqual(asked.map(each => [each.id, seen(each)]))
    expect(asked.length).toBe(21)
  })

  sharedTest('a pod taken out of ambient mode fares as one that never was in it', async () => {
    const pairs = twins('client2', 'optout', / (side|hostnet)\.amb:|api\.amb:/)
    const change = [object('v1_pods.json', 'Pod', 'client2-', {'istio.io/dataplane-mode': 'none'})]
    const found = await predicted(
      '2-policy',
      pairs.map(([each]) => each),
      change,
    )
    expect(found).toEqual(pairs.map(([each, status]) => [each.id, status]))
    expect(pairs.length).toBe(8)
  })

  sharedTest('a namespace enrolled: its pod fares as one in ambient mode', async () => {
    const pairs = twins('outsider', 'client2', /static|egress|dns\.example|\.demo:/)
    const change = [object('v1_namespaces.json', 'Namespace', 'amb-out', {'istio.io/dataplane-mode': 'ambient'})]
    const found = await predicted(
      '2-policy',
      pairs.map(([each]) => each),
      change,
    )
    expect(found).toEqual(pairs.map(([each, status]) => [each.id, status]))
    expect(pairs.length).toBe(13)
  })

  sharedTest(
    'STRICT for a namespace closes its pods to plaintext, as the one that had it, and to nobody else',
    async () => {
      const asked = records.filter(
        ({moment, from, request}) =>
          moment === '2-policy' &&
          /^(outsider|client2)-/.test(from) &&
          request.to === 'web.amb' &&
          request.path === '/x',
      )
      const found = await predicted('2-policy', asked, [
        made('PeerAuthentication', 'default', {mtls: {mode: 'STRICT'}}),
      ])
      expect(found).toEqual(asked.map(each => [each.id, each.from.startsWith('outsider') ? 'none' : '200']))
      expect(asked.length).toBe(3)
    },
  )
})
