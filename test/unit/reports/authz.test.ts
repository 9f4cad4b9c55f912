import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {describe, expect, test} from '@jest/globals'
import {at, listOf, numberOf, textOf} from '../../../src/formats/decode.js'
import {parseTrafficRequest, type TrafficRequest} from '../../../src/formats/traffic/parse.js'
import {authzCheckReport} from '../../../src/reports/authz/check-report.js'
import {type AuthzVerdict, authzTestReport} from '../../../src/reports/authz/test-report.js'
import {overlaySource} from '../../../src/sources/overlay.js'
import type {Source} from '../../../src/sources/source.js'
import {memorySource} from '../../support/memory-source.js'
import {sharedMesh} from '../../support/mesh-capture.js'
import {sampleSource} from '../../support/sample.js'
import {SHARED, sharedTest} from '../../support/shared-data.js'

interface Recorded {
  readonly request: TrafficRequest
  readonly status: number
  /** The key of the policy in the log of either side. */
  readonly policy: string | undefined
}

/** Requests to a Service that were answered 200 or 403. */
function answered(text: string): readonly Recorded[] {
  return text.split('\n').flatMap((line): readonly Recorded[] => {
    if (line === '') return []
    const json: unknown = JSON.parse(line)
    const request = parseTrafficRequest(json)
    const status = numberOf(json, 'result', 'status')
    const to = textOf(json, 'request', 'to') ?? ''
    const meshed = /^[a-z0-9-]+\.demo$/.test(to)
    if (request === undefined || !meshed || (status !== 200 && status !== 403)) return []
    const logs = listOf(json, 'accessLogs').map(each => textOf(each, 'line') ?? '')
    const found = logs.map(each => /rbac_access_denied_matched_policy\[(.*?)\] - "/.exec(each)?.[1])
    return [{request, status, policy: found.find(each => each !== undefined)}]
  })
}

const ask = (source: Source, request: TrafficRequest) =>
  authzTestReport(source, {
    from: {kind: 'pod', pod: {namespace: request.namespace, name: request.pod}},
    to: `${request.host}:${request.port}`,
    namespace: 'demo',
    asked: {
      method: request.method,
      path: request.path.replace(/\?.*$/s, ''),
      host: undefined,
      headers: request.headers,
      claims: undefined,
      sni: undefined,
    },
    istioNamespace: 'istio-system',
  })

function keyOf({by, verdict}: AuthzVerdict): string | undefined {
  if (verdict !== 'denied') return undefined
  const [, namespace, name, index] = /^([^/]+)\/(.+) rule (\d+)$/.exec(by ?? '') ?? []
  return name === undefined ? 'none' : `ns[${namespace}]-policy[${name}]-rule[${index}]`
}

/** What the objects and the proxies say, beside what a real mesh did. */
async function wrongAnswers(source: Source, records: readonly Recorded[]): Promise<readonly string[]> {
  const known = new Map<string, Awaited<ReturnType<typeof ask>>>()
  const wrong: string[] = []
  for (const {request, status, policy} of records) {
    const key = JSON.stringify([
      request.pod,
      request.host,
      request.port,
      request.method,
      request.path.replace(/\?.*$/s, ''),
    ])
    const report = known.get(key) ?? (await ask(source, request))
    known.set(key, report)
    for (const each of report.verdicts) {
      const uncaptured = each.warnings.some(text => text.includes('no sidecar'))
      const expected = status === 403 ? 'denied' : 'allowed'
      const said = [each.verdict, ...(each.proxy === undefined ? [] : [each.proxy.verdict])]
      if (!uncaptured && said.some(verdict => verdict !== expected))
        wrong.push(
          `${request.id} really ${status}: objects ${each.verdict}, proxy ${each.proxy?.verdict} (${each.because})`,
        )
      if (
        status === 403 &&
        policy !== undefined &&
        (keyOf(each) !== policy || (each.proxy?.policy ?? policy) !== policy)
      )
        wrong.push(`${request.id} really by ${policy}: objects ${keyOf(each)}, proxy ${each.proxy?.policy}`)
    }
  }
  return wrong
}

describe('who may ask what', () => {
  test('objects and proxies say what a real mesh did, in the sample', async () => {
    const records = answered(gunzipSync(readFileSync('test/fixtures/traffic/sample.jsonl.gz')).toString('utf8'))
    expect(records.length).toBeGreaterThan(50)
    expect(await wrongAnswers(await sampleSource(), records)).toEqual([])
  })

  sharedTest(
    'objects and proxies say what a real mesh did, every 200 and 403',
    async () => {
      const records = answered(readFileSync(join(SHARED, 'traffic', 'demo.jsonl'), 'utf8'))
      expect(records.filter(each => each.status === 403).length).toBeGreaterThan(80)
      const source = await sharedMesh()
      expect(await wrongAnswers(source, records)).toEqual([])
    },
    120_000,
  )

  test('the policies of a pod stand in objects and proxy', async () => {
    const source = await sampleSource()
    const [pod] = ['ratings-v1-54649db6c6-5zvlt']
    const report = await authzCheckReport(source, {namespace: 'demo', name: pod ?? ''}, 'istio-system')
    const rows = report.policies.map(
      each => `${each.action} ${each.name}.${each.namespace} ${each.rules} ${each.standing}`,
    )
    // As `istioctl x authz check` lists them for this pod.
    expect(rows).toEqual(['DENY deny-admin.demo 1 both', 'ALLOW ratings-viewer.demo 1 both'])
    expect(at(report, 'failing')).toBe(false)
  })

  test('in ambient mode the ztunnel holds the policies of a pod, and its waypoint those of the Service', async () => {
    const report = async (name: string) =>
      await authzCheckReport(await sampleSource(), {namespace: 'amb', name}, 'istio-system')
    const rows = ({policies}: Awaited<ReturnType<typeof report>>) =>
      policies.map(each => `${each.action} ${each.name} ${each.standing} ${each.notes.join('; ')}`)
    const closed = await report('api-v2-85969f65b6-6xb8c')
    // As ztunnel's config_dump and istiod's status have them.
    expect(rows(closed)).toEqual(['ALLOW api-only-waypoint both '])
    expect(closed.atWaypoints.map(({host, policies}) => [host, policies.map(each => each.object.name).sort()])).toEqual(
      [['api.amb.svc.cluster.local', ['api-allow', 'api-deny-admin']]],
    )
    expect(closed.gaps.filter(({what}) => what.includes('configuration'))).toEqual([])
    // The Envoy of the waypoint holds what its Gateway and the Service it serves are the targets of.
    expect(rows(await report('waypoint-f96dff56d-ptqkp'))).toEqual([
      'DENY api-deny-admin both ',
      'ALLOW api-allow both ',
    ])
  })
})

test('a policy whose selector matches no pod is named, and one that matches is not', async () => {
  const policy = (name: string, app: string) => ({
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: {namespace: 'demo', name},
    spec: {selector: {matchLabels: {app}}, action: 'ALLOW', rules: [{}]},
  })
  const source = overlaySource(await sampleSource(), {
    apply: [policy('misspelled', 'revews'), policy('right', 'reviews')],
    remove: [],
  })
  const {notes} = await authzTestReport(source, {
    from: {kind: 'account', namespace: 'demo', name: 'default'},
    to: 'reviews:9080',
    namespace: 'demo',
    asked: {method: undefined, path: undefined, host: undefined, headers: [], claims: undefined, sni: undefined},
    istioNamespace: 'istio-system',
  })
  expect(notes.filter(each => each.includes('selects no pod'))).toEqual([
    'AuthorizationPolicy demo/misspelled selects no pod (app=revews): it decides nothing',
  ])
})

describe('rules that can never match are named', () => {
  const home = {namespace: 'shop'}
  const pod = (name: string, ip: string, mode: 'sidecar' | 'ambient') => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...home,
      name,
      labels: {app: name, ...(mode === 'sidecar' ? {'security.istio.io/tlsMode': 'istio'} : {})},
      annotations: mode === 'sidecar' ? {'sidecar.istio.io/status': '{}'} : {'ambient.istio.io/redirection': 'enabled'},
    },
    spec: {
      serviceAccountName: name,
      containers: [{name: 'app'}, ...(mode === 'sidecar' ? [{name: 'istio-proxy', args: ['proxy', 'sidecar']}] : [])],
    },
    status: {phase: 'Running', podIP: ip, podIPs: [{ip}]},
  })
  const warnings = async (mode: 'sidecar' | 'ambient', action: string, rule: object) => {
    const service = {spec: {clusterIP: '10.0.0.2', selector: {app: 'api'}, ports: [{name: 'http', port: 80}]}}
    const policy = {spec: {selector: {matchLabels: {app: 'api'}}, action, rules: [rule]}}
    const objects = [
      pod('web', '10.1.0.1', mode),
      pod('api', '10.1.0.2', mode),
      {apiVersion: 'v1', kind: 'Service', metadata: {...home, name: 'api'}, ...service},
      {apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: {...home, name: 'p'}, ...policy},
    ]
    const {verdicts} = await authzTestReport(memorySource({objects: objects as never}), {
      from: {kind: 'pod', pod: {namespace: 'shop', name: 'web'}},
      to: 'api.shop:80',
      namespace: 'shop',
      asked: {method: undefined, path: undefined, host: undefined, headers: [], claims: undefined, sni: undefined},
      istioNamespace: 'istio-system',
    })
    return verdicts.map(each => [each.verdict, ...each.warnings])
  }
  const account = 'cluster.local/ns/shop/sa/web'
  const source = (principal: string) => ({from: [{source: {principals: [principal]}}]})
  const methods = {to: [{operation: {methods: ['GET']}}]}

  // istio.io, "Authorization Policy", Source: TRUST_DOMAIN/ns/NAMESPACE/sa/ACCOUNT, without a scheme.
  test('principals with a scheme', async () => {
    expect(await warnings('sidecar', 'ALLOW', source(account))).toEqual([['allowed']])
    expect(await warnings('sidecar', 'ALLOW', source(`spiffe://${account}`))).toEqual([
      [
        'denied',
        `shop/p rule 0: spiffe://${account} never matches: principals are written without the scheme spiffe://`,
      ],
    ])
  })

  // Recordings of ztunnel: an ALLOW rule with HTTP fields is left out, of a DENY rule nothing is left that matches.
  test('HTTP fields at ztunnel', async () => {
    expect(await warnings('ambient', 'ALLOW', {...source(account), ...methods})).toEqual([
      ['denied', 'shop/p rule 0 (ALLOW): ztunnel does not know methods, so the rule never matches there'],
    ])
    expect(await warnings('ambient', 'DENY', methods)).toEqual([
      ['allowed', 'shop/p rule 0 (DENY): ztunnel does not know methods, so the rule never matches there'],
    ])
    expect(await warnings('ambient', 'ALLOW', source(account))).toEqual([['allowed']])
  })
})
