import {readFileSync} from 'node:fs'
import {gunzipSync} from 'node:zlib'
import {describe, expect, test} from '@jest/globals'
import {parseChange} from '../../../src/formats/settings/change-file.js'
import {whatIfPairsReport} from '../../../src/reports/what-if/pairs-report.js'
import {readinessReport} from '../../../src/reports/what-if/readiness-report.js'
import {whatIfReport} from '../../../src/reports/what-if/report.js'
import {sampleSource} from '../../support/sample.js'

const RECORDS = gunzipSync(readFileSync('test/fixtures/traffic/sample.jsonl.gz')).toString('utf8')

/** What the change does to the requests from one pod to another place. */
async function asked(yaml: string, from: string, to: string) {
  const source = await sampleSource()
  const text = RECORDS.split('\n')
    .filter(each => each.includes(`"from": "${from}`) && each.includes(`"to": "${to}"`))
    .join('\n')
  const question = {
    change: parseChange(Buffer.from(yaml)),
    traffic: {text, place: 'the records'},
    istioNamespace: 'istio-system',
  }
  const {requests} = await whatIfReport(source, question)
  return requests.map(each => `${each.request}: ${each.before.kind} -> ${each.after.kind}`)
}

const DEFAULT_DISABLE = `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: demo}
spec: {mtls: {mode: DISABLE}}
`
const RULE_DELETED = `
delete:
- {apiVersion: networking.istio.io/v1, kind: DestinationRule, namespace: demo, name: details-plaintext}
apply: []
`
const NO_RULES = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: none, namespace: demo}
spec: {action: DENY}
`
const NOBODY = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: nobody, namespace: demo}
spec: {selector: {matchLabels: {app: productpage}}, rules: []}
`
const ABORT = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: broken, namespace: demo}
spec:
  hosts: [productpage]
  http:
  - match: [{uri: {prefix: /x}}]
    fault: {abort: {httpStatus: 503, percentage: {value: 100}}}
    route: [{destination: {host: productpage}}]
`

// What a real mesh with the same objects did under these changes (the same names in the recorded changes).
describe('what a change does to requests', () => {
  test('a namespace without mTLS takes plaintext', async () => {
    expect(await asked(DEFAULT_DISABLE, 'reviews-v1', 'details.demo')).toContain('GET /x: 503 -> 200')
  })

  test('a DestinationRule that sends plaintext to STRICT goes', async () => {
    expect(await asked(RULE_DELETED, 'reviews-v1', 'details.demo')).toContain('GET /x: 503 -> 200')
  })

  test('a DENY without rules denies nothing', async () => {
    expect(await asked(NO_RULES, 'reviews-v1', 'productpage.demo')).toEqual(['GET /x: 200 -> 200'])
  })

  test('an ALLOW without rules denies everything', async () => {
    expect(await asked(NOBODY, 'reviews-v1', 'productpage.demo')).toEqual(['GET /x: 200 -> 403'])
  })

  test('an injected fault', async () => {
    expect(await asked(ABORT, 'reviews-v1', 'productpage.demo')).toEqual(['GET /x: 200 -> 503'])
  })
})

describe('what a change does to pairs', () => {
  const pairs = async (yaml: string) => {
    const source = await sampleSource()
    return (await whatIfPairsReport(source, parseChange(Buffer.from(yaml)), 'demo', 'istio-system')).pairs
  }

  test('a repaired pair breaks nothing', async () => {
    const found = await pairs(RULE_DELETED)
    expect(found.map(each => `${each.server} ${each.before} -> ${each.after} ${each.breaks}`)).toContain(
      'details.demo.svc.cluster.local:9080 CONFLICT (plaintext to STRICT) -> OK (mTLS to STRICT) false',
    )
  })

  test('an ALLOW without rules closes a Service to everyone', async () => {
    const found = await pairs(NOBODY)
    expect(found.length).toBeGreaterThan(0)
    expect(found.every(each => each.server.startsWith('productpage.') && each.after === 'denied' && each.breaks)).toBe(
      true,
    )
  })

  test('STRICT is in force in the sample', async () => {
    const {namespaces} = await readinessReport(await sampleSource(), undefined, 'istio-system')
    expect(namespaces.map(each => `${each.namespace} ${each.verdict}`)).toEqual(['demo already STRICT'])
  })
})
