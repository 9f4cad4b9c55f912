import {describe, expect, test} from '@jest/globals'
import {parseChange} from '../../../src/formats/settings/change-file.js'
import {answered, missing} from '../../../src/model/evidence/answer.js'
import {readinessReport} from '../../../src/reports/what-if/readiness-report.js'
import {overlaySource} from '../../../src/sources/overlay.js'
import type {Source} from '../../../src/sources/source.js'
import {sampleSource} from '../../support/sample.js'

const PERMISSIVE = parseChange(
  Buffer.from(`
delete: [{kind: DestinationRule, namespace: demo, name: details-plaintext}]
apply:
- apiVersion: security.istio.io/v1
  kind: PeerAuthentication
  metadata: {name: default, namespace: demo}
  spec: {mtls: {mode: PERMISSIVE}}
`),
)

/** A line as a real sidecar wrote it for a client; the server name is `-` for plaintext. */
function line(time: string, client: string, sni: string): string {
  return `[${time}] "GET /x HTTP/1.1" 200 - via_upstream - "-" 0 112 0 0 "-" "curl/7.88.1" "t0064-0" "ratings.demo.svc.cluster.local:9080" "10.244.0.17:9080" inbound|9080|| 127.0.0.6:59670 10.244.0.17:9080 ${client}:48398 ${sni} default`
}

const MTLS = 'outbound_.9080_._.ratings.demo.svc.cluster.local'

/** The sample made PERMISSIVE and without a client that sends plaintext on purpose, with what the proxy of ratings logged and counted; the others log one call by mTLS. */
async function sample(log: readonly string[], stats = ''): Promise<{source: Source; outsider: string}> {
  const source = overlaySource(await sampleSource(), PERMISSIVE)
  const pods = await source.objects({kind: 'Pod', namespace: 'demo'})
  const outside = pods.ok ? pods.value.find(each => each.metadata.name.startsWith('sick-noinject')) : undefined
  const outsider = (outside as {status?: {podIP?: string}}).status?.podIP ?? ''
  const evidence: Source['evidence'] = async (id, pod, query) => {
    const own = pod.name.startsWith('ratings')
    if (id === 'log.istio-proxy') {
      const text = (own ? log : [line('2026-11-20T18:00:00Z', '10.244.0.9', MTLS)]).join('\n')
      return answered({id, bytes: Buffer.from(text), provenance: {}})
    }
    if (id === 'envoy.stats')
      return own && stats !== ''
        ? answered({id, bytes: Buffer.from(stats), provenance: {}})
        : missing('stats', 'not-captured', '')
    return await source.evidence(id, pod, query)
  }
  return {source: {...source, evidence}, outsider}
}

async function readiness(source: Source) {
  const {namespaces, failing} = await readinessReport(source, 'demo', 'istio-system')
  return {...namespaces[0], failing}
}

describe('what STRICT would break, by what proxies have seen', () => {
  test('plaintext requests of an access log are told with their client', async () => {
    const {outsider} = await sample([])
    const {source} = await sample([
      line('2026-11-20T18:10:00Z', outsider, '-'),
      line('2026-11-20T18:11:00Z', '10.244.0.9', MTLS),
      line('2026-11-20T18:20:00Z', outsider, '-'),
      line('2026-11-20T18:21:00Z', '192.0.2.7', '-'),
    ])
    const {verdict, seen, failing} = await readiness(source)
    expect(verdict).toBe('breaks')
    expect(failing).toBe(true)
    expect(seen).toEqual([
      'ratings-v1.demo:9080 got 2 plaintext requests from sick-noinject-v1.demo (2026-11-20T18:10:00Z to 2026-11-20T18:20:00Z)',
      'ratings-v1.demo:9080 got 1 plaintext request from 192.0.2.7 (2026-11-20T18:21:00Z to 2026-11-20T18:21:00Z)',
    ])
  })

  // The form Envoy prints Istio's metrics in on its /stats page.
  test("Istio's metrics count what a log no longer holds", async () => {
    const metric = (policy: string, workload: string, value: number) =>
      `istiocustom.istio_requests_total.reporter.destination.source_workload.${workload}.source_canonical_service.${workload}.source_canonical_revision.latest.source_workload_namespace.old.source_principal.unknown.source_app.${workload}.source_version.v1.source_cluster.Kubernetes.destination_workload.ratings-v1.destination_workload_namespace.demo.destination_service.ratings.demo.svc.cluster.local.request_protocol.http.response_code.200.response_flags.-.connection_security_policy.${policy}: ${value}`
    const {source} = await sample(
      [line('2026-11-20T18:11:00Z', '10.244.0.9', MTLS)],
      [metric('none', 'legacy', 1204), metric('mutual_tls', 'web', 50_000)].join('\n'),
    )
    const {verdict, seen, requests} = await readiness(source)
    expect(verdict).toBe('breaks')
    expect(seen).toEqual(['ratings-v1.demo got 1204 plaintext requests from legacy.old (since its proxy started)'])
    expect(requests).toBeGreaterThanOrEqual(51_204)
  })

  test('a namespace whose proxies saw mTLS alone is safe by that, and one of which nothing is known is not', async () => {
    const {source} = await sample([line('2026-11-20T18:11:00Z', '10.244.0.9', MTLS)])
    const seen = await readiness(source)
    expect([seen.verdict, seen.seen, seen.silent]).toEqual(['safe by what was seen', [], []])
    const quiet = await readiness((await sample([])).source)
    expect(quiet.verdict).toBe('safe for clients with a sidecar')
    expect(quiet.silent).toEqual([expect.stringMatching(/^ratings-v1/)])
  })

  test('what already is refused does not count as a loss', async () => {
    const strict = await sampleSource()
    const {verdict, seen} = await readiness(strict)
    expect([verdict, seen]).toEqual(['already STRICT', []])
  })
})
