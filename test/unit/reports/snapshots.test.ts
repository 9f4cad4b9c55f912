import {describe, expect, test} from '@jest/globals'
import {bisectReport, bisectView, parseBisectQuery} from '../../../src/reports/snapshots/bisect.js'
import {twoSnapshots} from '../../../src/sources/snapshot/choose.js'
import type {SnapshotHead} from '../../../src/sources/snapshot/store.js'
import type {Source} from '../../../src/sources/source.js'
import {renderDoc} from '../../../src/terminal/render.js'
import {memorySource} from '../../support/memory-source.js'

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {name: 'web-0', namespace: 'shop'},
  spec: {containers: [{name: 'istio-proxy'}]},
}

function dump(clusters: readonly string[], addresses: readonly string[]): string {
  const type = (section: string) => ({'@type': `type.googleapis.com/envoy.admin.v3.${section}ConfigDump`})
  const endpoint = (address: string) => ({endpoint: {address: {socket_address: {address, port_value: 80}}}})
  return JSON.stringify({
    configs: [
      {...type('Clusters'), dynamic_active_clusters: clusters.map(name => ({cluster: {name}}))},
      {
        ...type('Endpoints'),
        dynamic_endpoint_configs: [
          {
            endpoint_config: {
              cluster_name: 'outbound|80||a.shop',
              endpoints: [{lb_endpoints: addresses.map(endpoint)}],
            },
          },
        ],
      },
    ],
  })
}

/** Five moments: cluster b comes in the second and goes in the fourth; 10.0.0.7 is there until the third. */
const MOMENTS: Readonly<Record<string, string>> = {
  m1: dump(['outbound|80||a.shop'], ['10.0.0.7', '10.0.0.70']),
  m2: dump(['outbound|80||a.shop', 'outbound|80||b.shop'], ['10.0.0.7']),
  m3: dump(['outbound|80||a.shop', 'outbound|80||b.shop'], ['10.0.0.7']),
  m4: dump(['outbound|80||a.shop'], ['10.0.0.70']),
  m5: dump(['outbound|80||a.shop'], ['10.0.0.70']),
}

async function open(name: string): Promise<Source> {
  const origin = {kind: 'bundle' as const, label: name, capturedAt: `2026-11-20T1${name.slice(1)}:00:00Z`}
  return memorySource({objects: [POD], evidence: {'envoy.config_dump': MOMENTS[name] ?? ''}, origin})
}

async function messages(what: string): Promise<readonly string[]> {
  const report = await bisectReport(Object.keys(MOMENTS), open, parseBisectQuery(what, undefined))
  const text = renderDoc(bisectView.doc(report, 'table'), {width: 120, colour: false, headers: true})
  return [String(report.failing), ...(text.split('\n\n')[0]?.split('\n') ?? [])]
}

describe('bisect', () => {
  test('a cluster that came and went', async () => {
    expect(await messages('cluster/b.shop')).toEqual([
      'true',
      'clusters b.shop appeared between m1 (2026-11-20T11:00:00Z) and m2 (2026-11-20T12:00:00Z).',
      'clusters b.shop disappeared between m3 (2026-11-20T13:00:00Z) and m4 (2026-11-20T14:00:00Z).',
    ])
  })

  test('an endpoint by its address, not by the start of another', async () => {
    expect(await messages('endpoint/10.0.0.7:80')).toEqual([
      'true',
      'endpoints 10.0.0.7:80 disappeared between m3 (2026-11-20T13:00:00Z) and m4 (2026-11-20T14:00:00Z).',
    ])
    expect((await messages('endpoint/10.0.0.7')).at(-1)).toContain('between m3')
  })

  test('a resource that is always there and changes, as when weights move', async () => {
    const weights = (left: number) =>
      JSON.stringify({
        configs: [
          {
            '@type': 'type.googleapis.com/envoy.admin.v3.RoutesConfigDump',
            dynamic_route_configs: [{route_config: {name: '9080', virtual_hosts: [{weights: [left, 100 - left]}]}}],
          },
        ],
      })
    const moments: Readonly<Record<string, string>> = {m1: weights(80), m2: weights(80), m3: weights(50)}
    const at = async (name: string) =>
      memorySource({
        objects: [POD],
        evidence: {'envoy.config_dump': moments[name] ?? ''},
        origin: {kind: 'bundle', label: name, capturedAt: `2026-11-20T1${name.slice(1)}:00:00Z`},
      })
    const report = await bisectReport(Object.keys(moments), at, parseBisectQuery('route/9080', undefined))
    const text = renderDoc(bisectView.doc(report, 'table'), {width: 120, colour: false, headers: true})
    expect(text.split('\n')[0]).toBe(
      'routes 9080 changed in 1 proxy between m2 (2026-11-20T12:00:00Z) and m3 (2026-11-20T13:00:00Z).',
    )
  })

  test('a resource that never changes, and one that never existed', async () => {
    expect(await messages('cluster/a.shop')).toEqual(['false', 'clusters a.shop: unchanged in all 5 snapshots.'])
    expect(await messages('cluster/c.shop')).toEqual(['false', 'clusters c.shop: not found in any of 5 snapshots.'])
  })

  test('an invalid query is an error that shows the syntax', () => {
    expect(() => parseBisectQuery('ratings', undefined)).toThrow(/invalid resource "ratings"/)
    expect(() => parseBisectQuery('pod/x', undefined)).toThrow(/invalid resource/)
  })
})

describe('which two snapshots', () => {
  const heads = ['10:00', '11:00', '11:50'].map(
    (time, at): SnapshotHead => ({
      name: `s${at}`,
      createdAt: '2026-11-29T00:00:00Z',
      capturedAt: `2026-11-20T${time}:00Z`,
      from: '',
      pods: 1,
      bytes: 1,
      index: {sha256: '', bytes: 0},
    }),
  )
  const names = (two: readonly SnapshotHead[]) => two.map(head => head.name)

  test('the last two; one by name and the newest; one an hour older than the newest', () => {
    expect(names(twoSnapshots(heads, [], undefined))).toEqual(['s1', 's2'])
    expect(names(twoSnapshots(heads, ['s0'], undefined))).toEqual(['s0', 's2'])
    expect(names(twoSnapshots(heads, ['s1', 's0'], undefined))).toEqual(['s1', 's0'])
    expect(names(twoSnapshots(heads, [], 3_600_000))).toEqual(['s0', 's2'])
    expect(() => twoSnapshots(heads, [], 86_400_000)).toThrow(/no snapshot is at least that much older/)
    expect(() => twoSnapshots(heads.slice(0, 1), [], undefined)).toThrow(/fewer than two snapshots/)
  })
})
