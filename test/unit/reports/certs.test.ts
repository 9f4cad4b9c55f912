import {describe, expect, test} from '@jest/globals'
import {missing} from '../../../src/model/answer.js'
import {certsReport} from '../../../src/reports/certs/report.js'
import {certsView} from '../../../src/reports/certs/view.js'
import {expositionOf} from '../../support/exposition.js'
import {sampleSource} from '../../support/sample.js'

const DAY = 86_400_000

async function asked(now: string, warn = 7 * DAY) {
  const source = await sampleSource()
  return await certsReport(source, {namespace: 'demo', istioNamespace: 'istio-system', warn, now: Date.parse(now)})
}

function statusOf(report: Awaited<ReturnType<typeof asked>>, pod: string) {
  return report.proxies.find(each => each.pod.name.startsWith(pod))?.status
}

describe('certificates of the sample', () => {
  test('the leaf and the root are those istioctl shows', async () => {
    const {proxies, roots} = await asked('2026-11-20T19:00:00Z')
    // istioctl proxy-config secret of this pod: SERIAL NUMBER and NOT AFTER of `default`, and the root of ROOTCA.
    expect(proxies.find(each => each.pod.name.startsWith('productpage'))).toMatchObject({
      status: 'OK',
      identity: 'spiffe://cluster.local/ns/demo/sa/bookinfo-productpage',
      serial: '0120ed5afe62da567779d41e27f1c040',
      validTo: '2026-11-21T18:51:23Z',
      roots: ['a7fe5290d6f43187dd2f456c8e90a40b'],
    })
    expect(roots.map(({serial, published, status}) => ({serial, published, status}))).toEqual([
      {serial: 'a7fe5290d6f43187dd2f456c8e90a40b', published: true, status: 'OK'},
    ])
  })

  test('a leaf is renewed at half of its life: with a quarter left it is not', async () => {
    expect(statusOf(await asked('2026-11-21T06:00:00Z'), 'productpage')).toBe('OK')
    expect(statusOf(await asked('2026-11-21T15:00:00Z'), 'productpage')).toBe('NOT ROTATING')
    expect(statusOf(await asked('2026-11-21T19:00:00Z'), 'productpage')).toBe('EXPIRED')
    expect(statusOf(await asked('2026-11-20T18:00:00Z'), 'productpage')).toBe('NOT YET VALID')
  })

  test('a root that ends within the warning is a finding', async () => {
    const {roots, failing} = await asked('2026-11-20T19:00:00Z', 20 * 365 * DAY)
    expect([roots[0]?.status, failing]).toEqual(['EXPIRES SOON', true])
  })

  test('a proxy that never got a certificate has none', async () => {
    expect(statusOf(await asked('2026-11-20T19:00:00Z'), 'sick-notready')).toBe('NONE')
  })

  test('certificates that could not be read are counted in the first line', async () => {
    const source = await sampleSource()
    const asked = {
      namespace: 'demo',
      istioNamespace: 'istio-system',
      warn: DAY,
      now: Date.parse('2026-11-20T19:00:00Z'),
    }
    const first = async (from: typeof source) => {
      const [block] = certsView.doc(await certsReport(from, asked), 'table')
      return JSON.stringify(block)
    }
    expect(await first(source)).not.toMatch(/not checked|could be read/)
    const pods = {...source, objects: async () => missing('Pod objects', 'forbidden', 'by the server')}
    expect(await first(pods)).toContain('no certificate could be read')
    const one = {
      ...source,
      evidence: async (...[id, pod, query]: Parameters<typeof source.evidence>) =>
        pod.name.startsWith('productpage')
          ? missing('certificates', 'timeout', 'no answer')
          : await source.evidence(id, pod, query),
    }
    expect(await first(one)).toContain('1 not checked')
  })

  test('the form for Prometheus is read by a server', async () => {
    const report = await asked('2026-11-20T19:00:00Z')
    const {samples} = expositionOf(certsView.texts?.prom?.(report) ?? '')
    expect(samples.filter(each => each.name === 'meshctl_certificate_expiry_seconds').length).toBe(
      report.proxies.filter(each => each.validTo !== undefined).length,
    )
  })
})
