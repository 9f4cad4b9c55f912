import {readFileSync} from 'node:fs'
import {beforeAll, describe, expect, test} from '@jest/globals'
import {Ajv} from 'ajv'
import {pathQuestion} from '../../../src/cli/flags/path-question.js'
import {formOf, rendered} from '../../../src/cli/output/output.js'
import {askedOnce} from '../../../src/evidence/asked-once.js'
import {missing} from '../../../src/model/evidence/answer.js'
import {reportExitCode} from '../../../src/reports/report.js'
import {type PathReport, pathReport} from '../../../src/reports/trace/path-report.js'
import type {PathFlags} from '../../../src/reports/trace/path-spec.js'
import {pathView} from '../../../src/reports/trace/path-view.js'
import type {Source} from '../../../src/sources/source.js'
import {expectGolden} from '../../support/golden.js'
import {sampleSource} from '../../support/sample.js'

let sample: Source

beforeAll(async () => {
  sample = await sampleSource()
})

async function traced(from: string, to: string, flags: PathFlags = {}, source = sample): Promise<PathReport> {
  const asked = {...flags, namespace: 'demo', istioNamespace: 'istio-system'}
  const question = await pathQuestion(source, from, to, asked, async () => {})
  return await pathReport(source, question)
}

/** A source without the pods of a workload. */
function without(source: Source, workload: string): Source {
  return {
    ...source,
    async objects(query) {
      const answer = await source.objects(query)
      if (!answer.ok || query.kind !== 'Pod') return answer
      return {ok: true, value: answer.value.filter(({metadata}) => !metadata.name.startsWith(`${workload}-`))}
    },
  }
}

async function shown(report: PathReport, form: string): Promise<string> {
  return String(
    await rendered(report, pathView, formOf(form, pathView), {width: 200, colour: false, headers: true}, false),
  )
}

/** How a request ends, most likely way first: outcome, status, flags, the policy or object behind it. */
function summary({branches}: PathReport): readonly string[] {
  return branches.map(({outcome, status, flags, share, cause, pod}) =>
    [
      `${Math.round(share * 100)}%`,
      outcome,
      status ?? '-',
      flags.join(',') || '-',
      cause?.object === undefined ? (pod?.name ?? '-') : `${cause.object.kind} ${cause.object.name}`,
    ].join(' '),
  )
}

/**
 * Pairs between pods of the sample, each as the recorded traffic of the same mesh went (test/fixtures/traffic), or, where
 * none was recorded, as the configuration was read by hand.
 */
const PAIRS: readonly (readonly [from: string, to: string, flags: PathFlags, ends: readonly string[]])[] = [
  ['deploy/reviews-v1', 'productpage:9080', {}, ['100% delivered 200 - productpage-v1-565846b976-fvswz']],
  ['deploy/productpage-v1', 'http://details:9080/', {}, ['100% tls-mismatch 503 UC DestinationRule details-plaintext']],
  ['deploy/productpage-v1', 'http://details:9090/', {}, ['100% tls-mismatch 503 UC DestinationRule details-plaintext']],
  ['deploy/sick-drift-v1', 'details:9080', {}, ['100% tls-mismatch 503 UC DestinationRule details-plaintext']],
  ['deploy/productpage-v1', 'sick-drift:9080', {}, ['100% tls-mismatch 503 UF,URX Pod sick-drift-v1-5bf8bfd67d-9z2sf']],
  ['deploy/sick-drift-v1', 'sick-drift:9080', {}, ['100% delivered 200 - sick-drift-v1-5bf8bfd67d-9z2sf']],
  ['deploy/sick-noinject-v1', 'sick-drift:9080', {}, ['100% not-captured 200 - sick-drift-v1-5bf8bfd67d-9z2sf']],
  ['deploy/productpage-v1', 'sick-loopback:9080', {}, ['100% refused 503 - Pod sick-loopback-v1-5657cd9697-x48mv']],
  ['deploy/productpage-v1', 'sick-notready:9080', {}, ['100% no-endpoint 503 UH Service sick-notready']],
  ['deploy/sick-noinject-v1', 'sick-notready:9080', {}, ['100% no-endpoint 0 - Service sick-notready']],
  ['deploy/productpage-v1', 'sick-port:9080', {}, ['100% delivered 200 - sick-port-v1-76f8b8ccdd-m5j2g']],
  ['deploy/productpage-v1', 'sick-port:15006', {}, ['100% refused 503 UF,URX Pod sick-port-v1-76f8b8ccdd-m5j2g']],
  ['deploy/productpage-v1', 'sick-protocol:9080', {}, ['100% denied 503 UC AuthorizationPolicy deny-admin']],
  ['deploy/productpage-v1', 'sick-protocol-tcp:9080', {}, ['100% denied - - AuthorizationPolicy deny-admin']],
  ['deploy/productpage-v1', 'sick-noinject:9080', {}, ['100% delivered 200 - sick-noinject-v1-55f79c46fd-tr7v2']],
  ['deploy/sick-noinject-v1', 'sick-noinject:9080', {}, ['100% not-captured 200 - sick-noinject-v1-55f79c46fd-tr7v2']],
  ['deploy/sick-noinject-v1', 'productpage:9080', {}, ['100% tls-mismatch 0 - PeerAuthentication default']],
  ['deploy/productpage-v1', 'sick-nack:9080', {}, ['100% delivered 200 - sick-nack-v1-77dfd6ff5b-5q26c']],
  ['deploy/sick-nack-v1', 'productpage:9080', {}, ['100% delivered 200 - productpage-v1-565846b976-fvswz']],
  ['deploy/productpage-v1', 'sick-uid:9080', {}, ['100% delivered 200 - sick-uid-v1-67858ffc8d-8dd6w']],
  ['deploy/sick-uid-v1', 'productpage:9080', {uid: 1337}, ['100% tls-mismatch 0 - PeerAuthentication default']],
  ['deploy/productpage-v1', 'deploy/reviews-v1:9080', {}, ['100% tls-mismatch 503 UC reviews-v1-ccf5b6b84-9cj4v']],
  ['deploy/reviews-v1', '10.244.0.16:9080', {}, ['100% not-captured 200 - reviews-v1-ccf5b6b84-9cj4v']],
  [
    'deploy/productpage-v1',
    'deploy/sick-noinject-v1:9080',
    {},
    ['100% delivered 200 - sick-noinject-v1-55f79c46fd-tr7v2'],
  ],
  ['deploy/productpage-v1', 'http://api.example.com/', {}, ['100% no-endpoint 503 UH productpage-v1-565846b976-fvswz']],
  ['deploy/productpage-v1', 'http://nothing.example.com/', {address: '192.0.2.10'}, ['100% refused 503 UF -']],
  ['deploy/productpage-v1', 'tcp://192.0.2.12:6543', {}, ['100% refused - UF,URX -']],
  ['203.0.113.7', 'productpage:9080', {}, ['100% tls-mismatch 0 - PeerAuthentication default']],
  ['deploy/sick-labels', 'http://productpage:9080/admin/x', {}, ['100% denied 403 - AuthorizationPolicy deny-admin']],
  [
    'deploy/sick-uid-v1',
    'http://reviews:9080/admin/x',
    {},
    ['80% denied 403 - AuthorizationPolicy deny-admin', '20% denied 403 - AuthorizationPolicy deny-admin'],
  ],
  [
    'deploy/productpage-v1',
    'http://reviews:9080/',
    {},
    ['80% delivered 200 - reviews-v1-ccf5b6b84-9cj4v', '20% delivered 200 - reviews-v3-6d7b4bc8d8-nmwn7'],
  ],
  [
    'deploy/productpage-v1',
    'http://reviews:9080/',
    {header: ['end-user=jason']},
    ['100% delivered 200 - reviews-v2-84c78cd686-79fvq'],
  ],
  [
    'deploy/reviews-v2',
    'http://ratings:9080/ratings/7',
    {},
    ['95% delivered 200 - ratings-v1-54649db6c6-5zvlt', '5% answered 500 FI VirtualService ratings'],
  ],
  [
    'deploy/reviews-v2',
    'http://ratings:9080/ratings/7',
    {method: 'POST'},
    ['95% denied 403 - AuthorizationPolicy ratings-viewer', '5% answered 500 FI VirtualService ratings'],
  ],
  [
    'deploy/productpage-v1',
    'http://ratings:9080/ratings/7',
    {},
    ['95% denied 403 - AuthorizationPolicy ratings-viewer', '5% answered 500 FI VirtualService ratings'],
  ],
  ['deploy/sleep', 'http://nothing.example.com/', {}, ['100% answered 502 - Sidecar sleep-scope']],
  ['deploy/sleep', 'http://api.example.com/', {}, ['100% no-endpoint 503 UH sleep-fd7bd9c44-jbmtr']],
  ['deploy/sleep', 'tcp://192.0.2.12:6543', {}, ['100% no-endpoint - UH Sidecar sleep-scope']],
  ['deploy/sleep', '10.244.0.16:9080', {protocol: 'http/1.1'}, ['100% answered 502 - Sidecar sleep-scope']],
  [
    'deploy/sleep',
    'http://istio-ingressgateway.istio-system/',
    {},
    ['100% no-route 404 - istio-ingressgateway-b7675f4d8-w8l4b'],
  ],
  [
    'deploy/sleep',
    'http://istio-ingressgateway.istio-system/',
    {host: 'bookinfo.example.com'},
    ['100% answered 502 - Sidecar sleep-scope'],
  ],
  ['deploy/productpage-v1', 'http://var-tproxy:9080/', {}, ['100% delivered 200 - var-tproxy-v1-896c58ffb-svs27']],
  ['deploy/var-tproxy-v1', 'http://productpage:9080/', {}, ['100% delivered 200 - productpage-v1-565846b976-fvswz']],
  ['deploy/var-tproxy-v1', 'http://details:9080/', {}, ['100% tls-mismatch 503 UC DestinationRule details-plaintext']],
  ['deploy/var-tproxy-v1', 'http://10.244.0.28:9080/', {}, ['100% not-captured 200 - var-tproxy-v1-896c58ffb-svs27']],
  ['deploy/sick-noinject-v1', 'http://var-tproxy:9080/', {}, ['100% tls-mismatch 0 - PeerAuthentication default']],
  ['deploy/productpage-v1', 'http://sick-stale:9080/', {}, ['100% delivered 200 - sick-stale-v1-5c9dc88d78-bgpsr']],
  [
    'deploy/sick-stale-v1',
    'http://reviews:9080/',
    {header: ['end-user=jason']},
    ['100% delivered 200 - reviews-v2-84c78cd686-79fvq'],
  ],
  ['deploy/sick-stale-v1', 'http://details:9090/', {}, ['100% tls-mismatch 0 - Service details']],
  [
    'deploy/sick-nack-v1',
    'http://ratings:9080/x',
    {},
    ['95% denied 403 - AuthorizationPolicy ratings-viewer', '5% answered 500 FI VirtualService ratings'],
  ],
  ['deploy/productpage-v1', 'tcp://db-0.db:3306', {}, ['100% denied - - AuthorizationPolicy deny-admin']],
  [
    'deploy/productpage-v1',
    'tcp://db:3306',
    {},
    ['50% denied - - AuthorizationPolicy deny-admin', '50% undecided - - -'],
  ],
  ['deploy/sick-noinject-v1', 'tcp://db-0.db:3306', {}, ['100% denied - - AuthorizationPolicy deny-admin']],
  ['ingress', 'http://bookinfo.example.com/productpage', {}, ['100% delivered 200 - productpage-v1-565846b976-fvswz']],
  ['ingress', 'http://bookinfo.example.com/nope', {}, ['100% no-route 404 NR istio-ingressgateway-b7675f4d8-w8l4b']],
  [
    'ingress',
    'http://10.244.0.1:31274/static/a.css',
    {host: 'bookinfo.example.com'},
    ['100% delivered 200 - productpage-v1-565846b976-fvswz'],
  ],
  [
    'ingress',
    'https://bookinfo.example.com/productpage',
    {},
    ['100% refused 0 - istio-ingressgateway-b7675f4d8-w8l4b'],
  ],
  ['ingress', 'http://bookinfo.example.com:9080/', {}, ['100% refused 0 - Service istio-ingressgateway']],
]

describe('the way of a request through the mesh', () => {
  test.each(PAIRS)('%s to %s', async (from, to, flags, ends) => {
    expect(summary(await traced(from, to, flags))).toEqual(ends)
  })

  test('says from which hop on it is blind', async () => {
    const {branches} = await traced(
      'deploy/productpage-v1',
      'http://reviews:9080/',
      {header: ['end-user=jason']},
      without(sample, 'reviews-v2'),
    )
    expect(branches[0]?.because).toContain('the pod at 10.244.0.18 was not captured')
    expect(branches[0]?.steps.at(-1)?.hop).toBe('outside')
    expect(branches[0]?.cluster).toBe('outbound|9080|v2|reviews.demo.svc.cluster.local')
  })

  test('a way that cannot be decided ends with 3, a failing one with 1, a delivered one with 0', async () => {
    const undecided = await traced('deploy/productpage-v1', 'reviews:9080', {}, without(sample, 'reviews-v3'))
    expect(undecided.branches.map(({outcome}) => outcome)).toEqual(['delivered', 'undecided'])
    expect(reportExitCode(undecided)).toBe(3)
    expect(reportExitCode(await traced('deploy/productpage-v1', 'http://details:9080/'))).toBe(1)
    expect(reportExitCode(await traced('deploy/reviews-v1', 'productpage:9080'))).toBe(0)
  })

  test('tells the near miss of a route', async () => {
    const {branches} = await traced('deploy/productpage-v1', 'http://reviews:9080/')
    const client = branches[0]?.steps.find(each => each.hop === 'client-proxy')
    expect(client?.nearMisses).toContain('route 1 would match except for the header end-user')
  })

  test('the line expected in the log is the one recorded', async () => {
    const {branches} = await traced('deploy/productpage-v1', 'http://sick-drift:9080/')
    const recorded =
      '503 URX,UF upstream_reset_before_response_started{remote_connection_failure|TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end} - "TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end"'
    expect(branches[0]?.logs.client).toContain(recorded)
  })

  test('a failure is shown with cause, fix and logs before the hops', async () => {
    expectGolden(
      'src/reports/trace/golden/details-plaintext.txt',
      await shown(await traced('deploy/productpage-v1', 'http://details:9080/'), 'table'),
    )
  })

  test('a split is shown way by way', async () => {
    expectGolden(
      'src/reports/trace/golden/reviews-split.txt',
      await shown(await traced('deploy/productpage-v1', 'http://reviews:9080/'), 'table'),
    )
  })

  test('every hop in a pod says what it was read from, and when', async () => {
    const {branches} = await traced('deploy/productpage-v1', 'http://ratings:9080/')
    const steps = branches.flatMap(each => each.steps).filter(({hop}) => !['service', 'outside'].includes(hop))
    expect(steps.length).toBeGreaterThan(5)
    const without = steps.filter(
      ({evidence}) => evidence.length === 0 || evidence.some(each => each.observedAt === undefined),
    )
    expect(without).toEqual([])
    const used = steps.find(({hop}) => hop === 'client-proxy')?.evidence.map(each => each.evidence)
    expect(used).toEqual(['envoy.clusters', 'envoy.config_dump'])
  })

  test('a proxy that istiod does not list uses what it last received', async () => {
    const {caveats} = await traced('deploy/sick-stale-v1', 'http://reviews:9080/')
    expect(caveats).toEqual([
      'sick-stale-v1-5c9dc88d78-bgpsr.demo uses the configuration it last received: it is not connected to istiod',
    ])
  })

  test('a proxy that has not acknowledged the latest clusters is named', async () => {
    const proxy = 'sleep-fd7bd9c44-jbmtr.demo'
    const page = [{proxy, cluster_sent: '2026-11-20T18:59:00Z/9', cluster_acked: '2026-11-20T18:54:18Z/8'}]
    const stale: Source = {
      ...sample,
      async evidence(id, subject, query) {
        const answer = await sample.evidence(id, subject, query)
        const bytes = Buffer.from(JSON.stringify(page))
        return id === 'istiod.syncz' && answer.ok ? {ok: true, value: {...answer.value, bytes}} : answer
      },
    }
    const {caveats} = await traced('deploy/sleep', 'http://reviews:9080/', {}, stale)
    expect(caveats).toEqual([
      'sleep-fd7bd9c44-jbmtr.demo uses older configuration: it has not acknowledged the latest CDS of istiod',
      expect.stringMatching(/^reviews-v\d-.* is not connected to istiod$/),
      expect.stringMatching(/^reviews-v\d-.* is not connected to istiod$/),
    ])
  })

  test('where istiod does not answer, it is said that this was not checked', async () => {
    const silent: Source = {
      ...sample,
      evidence: async (id, subject, query) =>
        id === 'istiod.syncz'
          ? missing('syncz', 'timeout', 'no answer in 30s')
          : await sample.evidence(id, subject, query),
    }
    const {caveats, notes} = await traced('deploy/sleep', 'http://reviews:9080/', {}, silent)
    expect(caveats).toEqual([])
    expect(notes.join('\n')).toMatch(
      /whether sleep-fd7bd9c44-jbmtr.demo has the latest configuration is unknown: istiod-.* did not answer/,
    )
  })

  test('with evidence', async () => {
    expectGolden(
      'src/reports/trace/golden/sick-loopback.wide.txt',
      await shown(await traced('deploy/productpage-v1', 'sick-loopback:9080'), 'wide'),
    )
  })

  test('as a sequence diagram', async () => {
    expectGolden(
      'src/reports/trace/golden/sick-drift.mermaid',
      await shown(await traced('deploy/productpage-v1', 'sick-drift:9080'), 'mermaid'),
    )
  })

  test('with the address that clients outside use', async () => {
    expectGolden(
      'src/reports/trace/golden/ingress.txt',
      await shown(await traced('ingress', 'http://bookinfo.example.com/productpage'), 'table'),
    )
  })

  test('a policy, a fault, and what the Sidecar does not import', async () => {
    expectGolden(
      'src/reports/trace/golden/ratings-denied.txt',
      await shown(await traced('deploy/productpage-v1', 'http://ratings:9080/ratings/7'), 'table'),
    )
    expectGolden(
      'src/reports/trace/golden/sleep-registry-only.txt',
      await shown(await traced('deploy/sleep', 'http://nothing.example.com/'), 'table'),
    )
  })

  test('json matches its schema', async () => {
    const validate = new Ajv({strict: true}).compile(JSON.parse(readFileSync('docs/schemas/trace.schema.json', 'utf8')))
    for (const [from, to, flags] of [...PAIRS.slice(0, 12), ...PAIRS.slice(-3)]) {
      validate(JSON.parse(await shown(await traced(from, to, flags), 'json')))
      expect(validate.errors).toBeNull()
    }
  })

  test.each([
    ['ftp://reviews/', 'unknown scheme "ftp"'],
    ['reviews:99999', 'cannot read the destination'],
    ['details', 'details has no port: Service demo/details has 9080 (http), 9090 (http-admin)'],
    ['nosuch.example', 'nosuch.example has no port'],
  ])('%s is refused with what to write', async (to, message) => {
    await expect(traced('deploy/productpage-v1', to)).rejects.toThrow(message)
  })
})

describe('a name nothing resolves', () => {
  test.each(['table', 'wide', 'json', 'mermaid'])('has no address in any form: %s', async form => {
    const report = await traced('deploy/productpage-v1', 'http://nowhere.example.com:8080/x')
    const text = await shown(report, form)
    expect(text).not.toContain('192.0.0.8')
    expect(text).toContain('sent to an unknown address, port 8080')
  })
})

test('a port that only the scheme gives and the Service lacks is named, with those it has', async () => {
  const {notes} = await traced('deploy/productpage-v1', 'http://details/')
  expect(notes).toContain('no port was given: Service demo/details has no port 80, only 9080 (http), 9090 (http-admin)')
  expect((await traced('deploy/productpage-v1', 'http://details:80/')).notes).toEqual([])
  expect((await traced('deploy/productpage-v1', 'http://details:9080/')).notes).toEqual([])
})

test('several requests to a source that is asked once share what was read, and end as each alone', async () => {
  const once = askedOnce(sample)
  const pairs = [
    ['deploy/productpage-v1', 'http://reviews:9080/'],
    ['deploy/sleep', 'http://ratings:9080/'],
    ['deploy/productpage-v1', 'http://details:9080/'],
    ['deploy/productpage-v1', 'http://reviews:9080/'],
  ] as const
  const shared: PathReport[] = []
  for (const [from, to] of pairs) shared.push(await traced(from, to, {}, once))
  const alone: PathReport[] = []
  for (const [from, to] of pairs) alone.push(await traced(from, to))
  expect(shared.map(each => each.branches)).toEqual(alone.map(each => each.branches))
})
