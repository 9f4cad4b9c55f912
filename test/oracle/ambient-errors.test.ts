import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import {errorsReport} from '../../src/reports/errors/report.js'
import {ambientCapture} from '../support/ambient-capture.js'
import {captureSource} from '../support/mesh-capture.js'
import {SHARED, sharedTest} from '../support/shared-data.js'

describe('what fails in an ambient mesh', () => {
  sharedTest('by the logs of ztunnel and waypoints: who, to whom, and what in the mesh makes it', async () => {
    const source = await captureSource(
      ambientCapture(join(SHARED, 'ambient'), {
        moment: '2-policy',
        capturedAt: '2026-11-30T00:57:00Z',
        unredacted: true,
      }),
    )
    const query = {istioNamespace: 'istio-system', namespace: 'amb', pods: undefined, sinceMs: undefined}
    const {groups} = await errorsReport(source, query)
    const found = groups.map(({from, to, details, why}) => [
      `${from} → ${to}`,
      details.replace(/(unknown waypoint).*/, '$1'),
      why?.verdict,
      why?.cause?.object?.name,
    ])
    const rejection = 'connection closed due to policy rejection'
    expect(found).toEqual(
      expect.arrayContaining([
        ['client.amb → l7nowp.amb:9080', `${rejection}: allow policies exist, but none allowed`, 'explains', 'l7-nowp'],
        [
          'client.amb → l4.amb:9081',
          `${rejection}: explicitly denied by: amb/l4-deny-9081`,
          'explains',
          'l4-deny-9081',
        ],
        [
          'client.amb → api-v2.amb:9080',
          `${rejection}: allow policies exist, but none allowed`,
          'explains',
          'api-only-waypoint',
        ],
        ['client.amb → brokenwp.amb:9080', 'unknown waypoint', 'explains', 'wp-broken'],
        ['client.amb → tcp-echo.amb:9999', 'no healthy upstream: 10.96.85.225:9999', 'explains', 'tcp-echo'],
      ]),
    )
    expect(groups.every(({why}) => why !== undefined)).toBe(true)
  })

  sharedTest('of one pod only its own connections', async () => {
    const source = await captureSource(
      ambientCapture(join(SHARED, 'ambient'), {
        moment: '2-policy',
        capturedAt: '2026-11-30T00:57:00Z',
        unredacted: true,
      }),
    )
    const pods = [{namespace: 'amb', name: 'l4-5596457d77-6p995'}]
    const {groups} = await errorsReport(source, {
      istioNamespace: 'istio-system',
      namespace: undefined,
      pods,
      sinceMs: undefined,
    })
    expect([...new Set(groups.map(({to}) => to.replace(/:\d+$/, '')))]).toEqual(['l4.amb'])
  })
})
