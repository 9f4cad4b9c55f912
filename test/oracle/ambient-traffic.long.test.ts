import {describe, expect} from '@jest/globals'
import {type TrafficAnswer, trafficReport} from '../../src/reports/trace/traffic-report.js'
import {type AmbientChoice, ambientCapture} from '../support/ambient-capture.js'
import {AMBIENT, type AmbientRequest, ambientRequests} from '../support/ambient-traffic.js'
import {captureSource} from '../support/mesh-capture.js'
import {sharedTest} from '../support/shared-data.js'

/** Requests that were answered by something outside the recording: a proxy on the way to the internet. */
const EXCEPTIONS = ['z0181', 'z0183']
/** Senders of sidecar meshes whose objects are not in the recording: only a recorded ztunnel tells of them. */
const FOREIGN = '.demo, which sends it, was not captured'
/** What the name of the last moment says of its objects, which were recorded after it: a waypoint for the namespace, and a Service without. */
const NAMESPACE_WAYPOINT = {
  'Namespace amb2': {'istio.io/use-waypoint': 'ns-wp'},
  'Service amb2/srv-nowp': {'istio.io/use-waypoint': 'none'},
}

function recorded(moments: readonly string[]): readonly AmbientRequest[] {
  return ambientRequests().filter(({moment}) => moments.includes(moment))
}

function seen({request, result}: AmbientRequest): string {
  if (request.tcp === true) return (result.said ?? '').includes('hello') ? 'served' : 'nothing'
  return String(result.status)
}

type Ending = Pick<TrafficAnswer, 'outcome' | 'status'>

function predicted({outcome, status}: Ending, tcp: boolean): string {
  if (!tcp) return String(status)
  return outcome === 'delivered' || outcome === 'not-captured' ? 'served' : 'nothing'
}

/** The policy that the log of ztunnel or of the waypoint names, where one does. */
function denier({accessLogs}: AmbientRequest): string | undefined {
  const lines = accessLogs.map(({line}) => line).join('\n')
  return (
    /explicitly denied by: ([^\s"]+)/.exec(lines)?.[1] ??
    /rbac_access_denied_matched_policy\[(none|.*?-rule\[\d+\])\]/.exec(lines)?.[1]
  )
}

/** Which evidence of a moment is given: its folder where it is not that of the first name, and whether ztunnels and waypoints may speak. */
type Given = Pick<AmbientChoice, 'objectsOnly' | 'labels'> & {readonly folder?: string}

async function check(
  moments: readonly string[],
  capturedAt: string,
  {folder = moments[0] ?? '', ...given}: Given = {},
): Promise<number> {
  const records = recorded(moments).filter(
    ({id, request}) => given.objectsOnly !== true || !(EXCEPTIONS.includes(id) || request.to.endsWith('.demo')),
  )
  const source = await captureSource(ambientCapture(AMBIENT, {moment: folder, capturedAt, unredacted: true, ...given}))
  const {answers} = await trafficReport(source, records.map(({text}) => text).join('\n'), 'amb.jsonl')
  let decided = 0
  for (const [i, record] of records.entries()) {
    const answer = answers[i]
    if (answer === undefined) throw new Error(`${record.id} has no answer`)
    if (answer.outcome === 'undecided') {
      const foreign = given.objectsOnly === true && answer.because.endsWith(FOREIGN)
      expect([record.id, answer.because, foreign]).toEqual([record.id, answer.because, true])
      continue
    }
    if (EXCEPTIONS.includes(record.id)) continue
    decided += 1
    const tcp = record.request.tcp === true
    const ways = [answer, ...answer.alternatives]
    expect([record.id, answer.because, ways.map(each => predicted(each, tcp))]).toEqual([
      record.id,
      answer.because,
      expect.arrayContaining([seen(record)]),
    ])
    const policy = denier(record)
    if (policy !== undefined)
      expect([record.id, ways.map(each => each.policy)]).toEqual([record.id, expect.arrayContaining([policy])])
  }
  return decided
}

describe('requests of an ambient mesh end as they did', () => {
  sharedTest('with policies and waypoints', async () => {
    expect(await check(['2-policy', '2c-ztunnel-debug'], '2026-11-30T00:57:00Z')).toBe(231)
  })

  sharedTest('while ztunnel is replaced: refused from its end until the next is ready', async () => {
    expect(await check(['4-ztunnel-restarted'], '2026-11-30T01:03:00Z')).toBe(48)
  })

  sharedTest('without istiod, and with kernel rules that nobody read', async () => {
    expect(await check(['3-without-istiod'], '2026-11-30T01:02:00Z')).toBe(16)
  })

  sharedTest('with native nftables, by the objects: no ztunnel and no waypoint was read', async () => {
    expect(await check(['7-native-nftables'], '2026-11-30T01:06:00Z')).toBe(22)
  })

  sharedTest('with a waypoint for a namespace, by the objects', async () => {
    const given = {folder: '7-native-nftables', labels: NAMESPACE_WAYPOINT}
    expect(await check(['8-namespace-waypoint'], '2026-11-30T01:10:00Z', given)).toBe(21)
  })

  sharedTest('with policies and waypoints, by the objects alone', async () => {
    expect(await check(['2-policy', '2c-ztunnel-debug'], '2026-11-30T00:57:00Z', {objectsOnly: true})).toBe(215)
  })

  sharedTest('while ztunnel is replaced, by the objects alone', async () => {
    expect(await check(['4-ztunnel-restarted'], '2026-11-30T01:03:00Z', {objectsOnly: true})).toBe(48)
  })
})
