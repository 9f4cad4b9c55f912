import {describe, expect} from '@jest/globals'
import {authzTestReport} from '../../src/reports/authz/test-report.js'
import {mtlsReport} from '../../src/reports/mtls/report.js'
import type {Source} from '../../src/sources/source.js'
import {ambientCapture} from '../support/ambient-capture.js'
import {AMBIENT, type AmbientRequest, ambientRequests} from '../support/ambient-traffic.js'
import {captureSource} from '../support/mesh-capture.js'
import {sharedTest} from '../support/shared-data.js'

/** Requests for Services of the recording by pods that are not sidecars nor on the network of the node. */
function recorded(): readonly AmbientRequest[] {
  return ambientRequests().filter(
    ({moment, from, fromNamespace, request}) =>
      moment === '2-policy' &&
      fromNamespace !== 'demo' &&
      /^[a-z0-9-]+\.amb2?$/.test(request.to) &&
      !/^(hostnet|side|flushed)-/.test(from),
  )
}

const REFUSED = /policy rejection|rbac_access_denied/

async function main(): Promise<Source> {
  return await captureSource(
    ambientCapture(AMBIENT, {moment: '2-policy', capturedAt: '2026-11-30T00:57:00Z', unredacted: true}),
  )
}

describe('policies and mTLS of an ambient mesh, by the objects, as its requests fared', () => {
  sharedTest('authz test: what ztunnel and waypoint refused is denied, what was served is allowed', async () => {
    const source = await main()
    const asked = recorded().filter(({request}) => request.tcp !== true && !/^(side|optout|hostnet)\./.test(request.to))
    let judged = 0
    for (const {id, from, fromNamespace, request, result, accessLogs} of asked) {
      const {to, port, method, path} = request
      const refused = accessLogs.some(({line}) => REFUSED.test(line))
      if (!refused && result.status !== 200) continue
      const {verdicts} = await authzTestReport(source, {
        from: {kind: 'pod', pod: {namespace: fromNamespace, name: from}},
        to: `${to}:${port}`,
        namespace: fromNamespace,
        asked: {method, path, host: undefined, headers: [], claims: undefined, sni: undefined},
        istioNamespace: 'istio-system',
      })
      const said = [...new Set(verdicts.map(({verdict}) => verdict))]
      // With several pods it depends on the one that was chosen.
      if (said.length > 1) continue
      judged += 1
      expect([id, verdicts[0]?.because, said]).toEqual([id, verdicts[0]?.because, [refused ? 'denied' : 'allowed']])
    }
    expect(judged).toBe(79)
  })

  sharedTest('mtls: HBONE where ztunnel logged a tunnel, plaintext where it logged none', async () => {
    const source = await main()
    let judged = 0
    for (const {id, from, fromNamespace, request, accessLogs} of recorded()) {
      const outbound = accessLogs.find(
        ({line}) => line.includes('direction="outbound"') && line.includes(`src.workload="${from}"`),
      )
      if (outbound === undefined || outbound.line.includes('error=')) continue
      const question = {
        kind: 'pair',
        from: {namespace: fromNamespace, name: from},
        to: `${request.to}:${request.port}`,
        namespace: fromNamespace,
      } as const
      const {rows} = await mtlsReport(source, question, 'istio-system')
      judged += 1
      const sent = outbound.line.includes('dst.hbone_addr=') ? 'HBONE' : 'plaintext'
      expect([id, rows.map(({client}) => client)]).toEqual([id, rows.map(() => sent)])
      expect(rows.length).toBeGreaterThan(0)
    }
    expect(judged).toBe(58)
  })
})
