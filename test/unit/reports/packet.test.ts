import {describe, expect, test} from '@jest/globals'
import {iptablesReport} from '../../../src/reports/iptables/report.js'
import {iptablesView} from '../../../src/reports/iptables/view.js'
import {matrixReport} from '../../../src/reports/packet/matrix-report.js'
import {packetReport} from '../../../src/reports/packet/report.js'
import {packetView} from '../../../src/reports/packet/view.js'
import {resolveSubject} from '../../../src/sources/subject.js'
import {memorySource} from '../../support/memory-source.js'
import {recordedRulesets} from '../../support/netfilter-corpus.js'
import {reportText} from '../../support/report-text.js'
import {sampleSource} from '../../support/sample.js'

const POD = {namespace: '', name: 'memory', implied: true}

/** A recorded REDIRECT pod as istio-init makes it with other -u, -g and -p: the same rules with those numbers. */
function otherProxy(uid: number, gid: number, port: number) {
  const save = recordedRulesets()['r01-default']?.files['iptables-save-c.txt'] ?? ''
  const rules = save
    .replaceAll('--uid-owner 1337', `--uid-owner ${uid}`)
    .replaceAll('--gid-owner 1337', `--gid-owner ${gid}`)
    .replaceAll('--to-ports 15001', `--to-ports ${port}`)
  return memorySource({evidence: {'net.iptables.nft': rules}})
}

describe('a sidecar of another user', () => {
  const source = otherProxy(1000670001, 1000670002, 16001)
  const out = (uid: number, gid = uid) => packetReport(source, POD, {out: 'tcp://10.0.0.9:80', uid, gid})

  test('is the one the rules exempt', async () => {
    const own = await out(1000670001)
    expect([own.fromProxy, own.verdict]).toEqual([true, 'escapes'])
    expect(await reportText(own, packetView)).toContain("treated as the proxy's own traffic")
    expect([(await out(5, 1000670002)).fromProxy, (await out(5, 5)).fromProxy]).toEqual([true, false])
  })

  test('the user 1337 means nothing there', async () => {
    const other = await out(1337)
    expect([other.fromProxy, other.verdict]).toEqual([false, 'captured'])
  })

  test('stands in the summary and in the table of usual packets', async () => {
    const summary = await reportText(await iptablesReport(source, POD), iptablesView)
    expect(summary).toContain('uid 1000670001 (the proxy), gid 1000670002 (the proxy)')
    const {senders, outbound} = await matrixReport(source, POD, 'ip')
    expect(senders.at(-1)).toBe('proxy (uid 1000670001)')
    expect(outbound.find(({traffic}) => traffic === 'other services (TCP)')?.cells.map(each => each.verdict)).toEqual([
      'captured',
      'captured',
      'escapes',
    ])
  })
})

describe('why a packet goes past the proxy', () => {
  const sample = async (name: string) => {
    const source = await sampleSource()
    return {source, pod: (await resolveSubject(source, {name, namespace: 'demo'})).pod}
  }

  test('a jump that is gone is said', async () => {
    const {source, pod} = await sample('deploy/sick-drift-v1')
    const {verdict, notes} = await packetReport(source, pod, {in: 'tcp://:9080'})
    expect(verdict).toBe('direct')
    expect(notes.join()).toMatch(/inbound traffic exist, but no packet reaches them.*iptables --drift/)
  })

  test('a port alone is one of the pod', async () => {
    const {source, pod} = await sample('deploy/productpage-v1')
    const answers = await Promise.all(['tcp://:9080', '9080'].map(into => packetReport(source, pod, {in: into})))
    expect(answers[1]?.walk).toEqual(answers[0]?.walk)
    await expect(packetReport(source, pod, {out: '9080'})).rejects.toThrow()
  })

  test('nothing is said of a port that is meant to be open', async () => {
    const {source, pod} = await sample('deploy/productpage-v1')
    const {verdict, notes} = await packetReport(source, pod, {in: 'tcp://:15020'})
    expect([verdict, notes]).toEqual(['direct', []])
  })
})

describe('a client with an address of the pod', () => {
  const rules = (table: string, entry: string, target: string) =>
    `*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -j REDIRECT --to-ports 15006\nCOMMIT\n*${table}\n:${entry} ACCEPT [0:0]\n-A ${entry} -p tcp -j ${target}\nCOMMIT\n`
  const ask = (text: string, peer: string) =>
    packetReport(memorySource({evidence: {'net.iptables.nft': text}}), POD, {in: 'tcp://:8080', peer})

  // The kernel drops it when it routes the packet: behind PREROUTING, and before INPUT (fib_validate_source).
  test.each(['127.0.0.1', '192.0.2.10'])('%s is martian, and a filter of INPUT never sees it', async peer => {
    const {verdict, landing, walk} = await ask(rules('filter', 'INPUT', 'REJECT'), peer)
    expect([verdict, landing]).toEqual(['dropped', 'martian source: an address of this pod, arriving from outside'])
    expect(walk.steps.map(({hook}) => hook)).toEqual(['prerouting'])
  })

  test('a rule of PREROUTING comes first', async () => {
    expect((await ask(rules('raw', 'PREROUTING', 'DROP'), '127.0.0.1')).landing).toMatch(/raw\/PREROUTING/)
  })

  test('another client meets the filter', async () => {
    expect((await ask(rules('filter', 'INPUT', 'REJECT'), '10.1.1.1')).landing).toMatch(/filter\/INPUT/)
  })
})
