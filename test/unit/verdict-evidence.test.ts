import {beforeAll, describe, expect, test} from '@jest/globals'
import type {PodRef} from '../../src/model/kube/kube-object.js'
import {packetReport} from '../../src/reports/packet/report.js'
import {reportExitCode} from '../../src/reports/report.js'
import type {Source} from '../../src/sources/source.js'
import {resolveSubject} from '../../src/sources/subject.js'
import {sampleSource} from '../support/served.js'
import {aged, type Claims, claimsOf, eachPieceRemoved, SPEC, swapped, VERDICTS, WORKLOADS} from './verdict-evidence.js'

describe('no verdict gets firmer with less evidence', () => {
  let source: Source
  const pods = new Map<string, PodRef>()
  beforeAll(async () => {
    source = await sampleSource()
    for (const name of WORKLOADS)
      pods.set(name, (await resolveSubject(source, {name: `deploy/${name}`, namespace: 'demo'})).pod)
  })
  const podOf = (name: string): PodRef => pods.get(name) ?? {namespace: '', name}

  eachPieceRemoved(0.1)

  test.each(Object.keys(VERDICTS))('%s claims something about a healthy pod with all its evidence', async command => {
    expect((await claimsOf(VERDICTS[command] as Claims, source, podOf('productpage-v1'))).claims).not.toEqual([])
  })

  test.each([...WORKLOADS])('%s with the rules of pod start: nothing is said of the current ones', async name => {
    const pod = podOf(name)
    const old = aged(source)
    for (const command of ['iptables', 'iptables --drift', 'packet']) {
      const {claims, code} = await claimsOf(VERDICTS[command] as Claims, old, pod)
      expect({command, claims}).toEqual({command, claims: []})
      if (command !== 'iptables') expect([1, 2, 3]).toContain(code)
    }
    const full = await claimsOf(VERDICTS.check as Claims, source, pod)
    const less = await claimsOf(VERDICTS.check as Claims, old, pod)
    expect(less.claims.filter(claim => !full.claims.includes(claim))).toEqual([])
  })

  test('packet accepts the rules of pod start when asked to: code 0, and the first line still says what they are', async () => {
    const report = await packetReport(aged(source), podOf('productpage-v1'), {...SPEC, rules: 'init-log'})
    expect([reportExitCode(report), report.undecided]).toEqual([0, undefined])
    expect(report.startUp).toMatch(/^Current kernel rules could not be read; this is what istio-init set up/)
  })

  test('rules of another pod, as istio-init set them up there, are no more firm than the own ones of pod start', async () => {
    const pod = podOf('sick-drift-v1')
    const other = swapped(aged(source), 'log.istio-init', podOf('productpage-v1'))
    for (const command of ['iptables --drift', 'packet']) {
      const {claims, code} = await claimsOf(VERDICTS[command] as Claims, other, pod)
      expect({command, claims}).toEqual({command, claims: []})
      expect([1, 3]).toContain(code)
    }
  })
})
