import {describe, expect, test} from '@jest/globals'
import {parseChange} from '../../../src/formats/settings/change-file.js'
import {missing} from '../../../src/model/evidence/answer.js'
import {certsReport} from '../../../src/reports/certs/report.js'
import {certsView} from '../../../src/reports/certs/view.js'
import {overlaySource} from '../../../src/sources/overlay.js'
import type {Source} from '../../../src/sources/source.js'
import {expositionOf} from '../../support/exposition.js'
import {certificate, pem, type Shown, withCertificates} from '../../support/pki.js'
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

const NOW = '2026-11-20T19:00:00Z'
const GATEWAY = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: shop, namespace: demo}
spec:
  selector: {istio: ingressgateway}
  servers:
  - {port: {number: 443, name: https, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: shop-cert}, hosts: [shop.example.com]}
`

/** The sample, with the pages of certificates edited. */
async function edited(edit: (page: string, pod: string) => string): Promise<Source> {
  const source = await sampleSource()
  return {
    ...source,
    evidence: async (id, pod, query) => {
      const answer = await source.evidence(id, pod, query)
      if (!answer.ok || id !== 'envoy.certs') return answer
      const text = edit(Buffer.from(answer.value.bytes).toString('utf8'), pod.name)
      return {...answer, value: {...answer.value, bytes: Buffer.from(text)}}
    },
  }
}

async function reportOf(source: Source, {namespace}: {namespace?: string} = {namespace: 'demo'}) {
  return await certsReport(source, {namespace, istioNamespace: 'istio-system', warn: 7 * DAY, now: Date.parse(NOW)})
}

describe('certificates that do not fit together', () => {
  test('proxies that trust no root in common are told apart', async () => {
    const root = 'a7fe5290d6f43187dd2f456c8e90a40b'
    const other = 'b'.repeat(32)
    const {mismatches, failing, proxies} = await reportOf(
      await edited((page, pod) => (pod.startsWith('reviews') ? page.replaceAll(root, other) : page)),
    )
    expect(mismatches.map(each => [each.roots, each.pods.length, each.otherRoots])).toEqual([[[other], 3, [root]]])
    expect(failing).toBe(true)
    expect(proxies.filter(each => each.status === 'OTHER ROOT').map(each => each.pod.name.slice(0, 7))).toEqual([
      'reviews',
      'reviews',
      'reviews',
    ])
  })

  // Roots made by hand often have the same serial number (openssl -set_serial 1): what differs besides tells them apart.
  test('another root with the same serial number is another root', async () => {
    const {mismatches, roots} = await reportOf(
      await edited((page, pod) => {
        if (!pod.startsWith('reviews')) return page
        const json = JSON.parse(page)
        for (const each of json.certificates)
          each.ca_cert = each.ca_cert.map((ca: object) => ({...ca, expiration_time: '2031-01-01T00:00:00Z'}))
        return JSON.stringify(json)
      }),
    )
    expect(mismatches.map(each => each.pods.length)).toEqual([3])
    expect(roots.map(each => [each.serial, each.validTo.slice(0, 4), each.published]).sort()).toEqual([
      ['a7fe5290d6f43187dd2f456c8e90a40b', '2031', false],
      ['a7fe5290d6f43187dd2f456c8e90a40b', '2036', true],
    ])
  })

  test('a proxy that trusts both roots of a rotation fits every other', async () => {
    const root = 'a7fe5290d6f43187dd2f456c8e90a40b'
    const {mismatches} = await reportOf(
      await edited((page, pod) => {
        if (!pod.startsWith('reviews')) return page
        const json = JSON.parse(page)
        for (const each of json.certificates)
          each.ca_cert = each.ca_cert.flatMap((ca: object) => [ca, {...ca, serial_number: 'c'.repeat(32)}])
        return JSON.stringify(json)
      }),
    )
    expect(mismatches).toEqual([])
    expect(root).toHaveLength(32)
  })

  test('a proxy whose clock is days off is found by the days it counts', async () => {
    const skewed = await edited((page, pod) =>
      pod.startsWith('reviews-v1')
        ? page.replace(
            /"days_until_expiration":\s*"(\d{4})"/g,
            (_, days) => `"days_until_expiration": "${Number(days) - 30}"`,
          )
        : page,
    )
    const {proxies} = await reportOf(skewed)
    const found = proxies.filter(each => each.status === 'CLOCK SKEW')
    expect(found.map(each => [each.pod.name.slice(0, 10), each.because])).toEqual([
      ['reviews-v1', 'the clock of the proxy is 30 days ahead'],
    ])
  })
})

describe('Secrets of gateways, by name', () => {
  test('one that its proxy has not received is a finding', async () => {
    const sample = await sampleSource()
    const source = overlaySource(sample, parseChange(Buffer.from(GATEWAY)))
    const {credentials, failing} = await reportOf(source, {})
    expect(credentials).toMatchObject([
      {secret: 'istio-system/shop-cert', gateways: ['demo/shop'], status: 'NOT RECEIVED', validTo: undefined},
    ])
    expect(failing).toBe(true)
    expect((await reportOf(sample, {})).credentials).toEqual([])
  })
})

const OLD = {chain: ['leaf-old', 'intermediate-old'], trusts: ['root-old']}
const NEW = {chain: ['leaf-new', 'intermediate-new'], trusts: ['root-new']}
const BOTH = ['root-old', 'root-new']

// Certificates that openssl made, as a real Envoy lists them: its /certs page has the leaf of a chain and all roots, the intermediates are in its secrets.
describe('a plug-in CA', () => {
  const published = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {namespace: 'istio-system', name: 'istio-ca-root-cert'},
    data: {'root-cert.pem': BOTH.map(pem).join('')},
  }

  /** What reviews-v1, -v2 and -v3 are said to have (all others the old chain), an hour after their leaves were made unless told otherwise. */
  async function asked(shown: readonly Shown[], hours = 1) {
    const laid = overlaySource(await sampleSource(), {apply: [published], remove: []})
    const source = withCertificates(laid, pod => shown[Number(/^reviews-v(\d)/.exec(pod)?.[1]) - 1] ?? OLD)
    const made = Date.parse(certificate('leaf-old').validFrom)
    const report = await certsReport(source, {
      namespace: 'demo',
      istioNamespace: 'istio-system',
      warn: 7 * DAY,
      now: made + hours * 3_600_000,
    })
    const names = new Map(
      ['root-old', 'root-new', 'intermediate-old', 'intermediate-new', 'intermediate-short'].map(name => [
        certificate(name).serialNumber.toLowerCase(),
        name,
      ]),
    )
    const nameOf = (serial: string) => names.get(serial) ?? 'other'
    return {
      reviews: report.proxies
        .filter(each => each.pod.name.startsWith('reviews'))
        .map(each => `${each.status} ${each.because.replace(/[0-9a-f]{32,}/g, nameOf)}`.trim()),
      intermediates: report.intermediates.map(each => `${nameOf(each.serial)} ${each.pods} ${each.status}`).sort(),
      mismatches: report.mismatches.map(({pods, refused}) => {
        const how = refused === undefined ? 'no common root' : `${nameOf(refused.root)} of ${refused.shownBy}`
        return `${pods
          .map(each => each.slice(0, 10))
          .sort()
          .join(' ')}: ${how}`
      }),
    }
  }

  test('the intermediates of every chain are listed', async () => {
    const {intermediates, reviews, mismatches} = await asked([OLD, {...OLD, trusts: BOTH}, {...NEW, trusts: BOTH}])
    expect(intermediates).toEqual(['intermediate-new 1 OK', expect.stringMatching(/^intermediate-old \d+ OK$/)])
    expect(reviews).toEqual(['OK', 'OK', 'OK'])
    expect(mismatches).toEqual(['reviews-v3: root-new of pods'])
  })

  test('two roots: those that trust none in common are named', async () => {
    expect((await asked([OLD, OLD, NEW])).mismatches).toEqual(['reviews-v3: no common root'])
  })

  test('a rotation half done: the old certificates meet proxies that trust the new root alone', async () => {
    const {mismatches} = await asked([OLD, {...OLD, trusts: BOTH}, {...OLD, trusts: ['root-new']}])
    expect(mismatches).toEqual(['reviews-v3: no common root'])
    const done = {...NEW, trusts: BOTH}
    expect((await asked([OLD, done, done])).mismatches).toEqual(['reviews-v2 reviews-v3: root-new of pods'])
  })

  test('an intermediate that has ended, and one that will', async () => {
    const short = {chain: ['leaf-short', 'intermediate-short'], trusts: ['root-old']}
    const [soon, late] = [await asked([short]), await asked([short], 30)]
    expect(soon.intermediates).toContain('intermediate-short 1 EXPIRES SOON')
    expect(soon.reviews[0]).toMatch(/^EXPIRES SOON the intermediate intermediate-short ends at /)
    expect(late.intermediates).toContain('intermediate-short 1 EXPIRED')
    expect(late.reviews[0]).toMatch(/^EXPIRED the intermediate intermediate-short ended at .*: peers refuse the chain$/)
  })

  test('a chain without its intermediate leads to no root', async () => {
    const {reviews} = await asked([{chain: ['leaf-old'], trusts: ['root-old']}])
    expect(reviews[0]).toBe(
      'OTHER ROOT no root it trusts signed its chain: an intermediate is missing, or another CA signed it',
    )
  })

  test('a leaf of the other CA beside the right intermediate is not a chain', async () => {
    const {reviews} = await asked([{chain: ['leaf-new', 'intermediate-old'], trusts: ['root-old']}])
    expect(reviews[0]).toMatch(/^OTHER ROOT no root it trusts signed its chain/)
  })
})
