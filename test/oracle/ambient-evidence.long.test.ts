import {describe, expect} from '@jest/globals'
import type {EvidenceId} from '../../src/model/evidence/evidence.js'
import {type TrafficAnswer, trafficReport} from '../../src/reports/trace/traffic-report.js'
import type {Source} from '../../src/sources/source.js'
import {ambientCapture} from '../support/ambient-capture.js'
import {AMBIENT, ambientRequests} from '../support/ambient-traffic.js'
import {captureSource} from '../support/mesh-capture.js'
import {corpusShare} from '../support/oracle-size.js'
import {sharedTest} from '../support/shared-data.js'
import {removed} from '../unit/verdict-evidence.js'

const RULES: readonly EvidenceId[] = [
  'net.iptables.legacy',
  'net.iptables.nft',
  'net.ip6tables.legacy',
  'net.ip6tables.nft',
  'net.nft',
]
/** What is taken away, in turn: each piece, and the rules of every back end at once. */
const PIECES: Readonly<Record<string, readonly EvidenceId[]>> = {
  'kernel rules': RULES,
  ...Object.fromEntries(
    [
      ...RULES,
      'net.ip-rule' as const,
      'net.ip-route' as const,
      'net.ip-addr' as const,
      'net.sockets' as const,
      'ztunnel.config_dump' as const,
      'envoy.config_dump' as const,
      'envoy.clusters' as const,
      'envoy.listeners' as const,
    ].map(id => [id, [id]]),
  ),
}

/** The ends of a request that an answer claims, and whether it claims them without reserve. */
function claim({outcome, status, alternatives, byObjects, condition, because}: TrafficAnswer) {
  const ends = [{outcome, status}, ...alternatives].map(each => `${each.outcome} ${each.status}`)
  return {
    ends: [...new Set(ends)].sort().join(', '),
    firm: outcome !== 'undecided' && !byObjects && condition === null,
    because,
  }
}

describe('requests in an ambient mesh with less evidence', () => {
  const records = corpusShare(
    'AMBIENT_EVIDENCE',
    ambientRequests().filter(({moment}) => moment === '2-policy'),
    0.8,
  )
  const text = records.map(each => each.text).join('\n')
  const answersOf = async (source: Source) => (await trafficReport(source, text, 'amb.jsonl')).answers
  const open = () =>
    captureSource(ambientCapture(AMBIENT, {moment: '2-policy', capturedAt: '2026-11-30T17:00:00Z', unredacted: true}))

  sharedTest.each(Object.entries(PIECES))('no answer gets firmer without %s', async (_, ids) => {
    const source = await open()
    const whole = (await answersOf(source)).map(claim)
    const less = (await answersOf(ids.reduce<Source>(removed, source))).map(claim)
    const firmer = less.flatMap((now, at) => {
      const before = whole[at]
      const same = before?.firm === true && before.ends === now.ends
      return !now.firm || same
        ? []
        : [`${records[at]?.id}: ${before?.ends} (${before?.because}) -> ${now.ends} (${now.because})`]
    })
    expect(firmer).toEqual([])
  })
})
