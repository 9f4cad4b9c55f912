import {describe, expect, test} from '@jest/globals'
import {changedSource} from '../../../src/evidence/predicted-mesh/changed-source.js'
import {parseChange} from '../../../src/formats/settings/change-file.js'
import {authzCheckReport} from '../../../src/reports/authz/check-report.js'
import {authzMatrixReport} from '../../../src/reports/authz/matrix-report.js'
import {authzTestReport} from '../../../src/reports/authz/test-report.js'
import {mtlsReport} from '../../../src/reports/mtls/report.js'
import {pathReport} from '../../../src/reports/trace/path-report.js'
import {refuseAbsent} from '../../../src/sources/overlay.js'
import {analyzed} from '../../support/analyzed.js'
import {sampleSource} from '../../support/sample.js'

const ROOT = 'istio-system'
const RULE_DELETED = parseChange(
  Buffer.from(
    'delete: [{apiVersion: networking.istio.io/v1, kind: DestinationRule, namespace: demo, name: details-plaintext}]\napply: []',
  ),
)
const POLICY_DELETED = parseChange(
  Buffer.from(
    'delete: [{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, namespace: demo, name: deny-admin}]\napply: []',
  ),
)

async function sample() {
  const source = await sampleSource()
  const pods = await source.objects({kind: 'Pod', namespace: 'demo'})
  const pod = (prefix: string) => {
    const found = pods.ok ? pods.value.find(each => each.metadata.name.startsWith(prefix)) : undefined
    return {namespace: 'demo', name: found?.metadata.name ?? prefix}
  }
  return {source, pod}
}

// A real mesh with these objects answered 503 to details, and 200 once the DestinationRule was deleted.
describe('a source with a change applied', () => {
  test('trace follows the configuration istiod would send', async () => {
    const {source, pod} = await sample()
    const ask = async (of: typeof source) => {
      const from = {kind: 'pod', pod: pod('productpage-v1')} as const
      const {branches} = await pathReport(of, {
        from,
        to: 'http://details:9080/x',
        flags: {} as never,
        istioNamespace: ROOT,
      })
      return branches.map(each => each.outcome)
    }
    expect(await ask(source)).toEqual(['tls-mismatch'])
    expect(await ask(changedSource(source, RULE_DELETED, ROOT))).toEqual(['delivered'])
  })

  test('mtls compares the objects with the proxies as they would be', async () => {
    const {source, pod} = await sample()
    const question = {kind: 'pair', from: pod('productpage-v1'), to: 'details:9080', namespace: 'demo'} as const
    const {rows, proofs} = await mtlsReport(changedSource(source, RULE_DELETED, ROOT), question, ROOT)
    expect(rows.map(each => each.status)).toEqual(['OK'])
    expect(proofs.map(each => `${each.side} ${each.proxy} ${each.agrees}`)).toEqual([
      'client mTLS true',
      'server STRICT true',
    ])
  })

  test('authz check lists no policy that is deleted', async () => {
    const {source, pod} = await sample()
    const names = async (of: typeof source) =>
      (await authzCheckReport(of, pod('ratings-v1'), ROOT)).policies.map(each => `${each.name} ${each.standing}`)
    expect(await names(source)).toEqual(['deny-admin both', 'ratings-viewer both'])
    expect(await names(changedSource(source, POLICY_DELETED, ROOT))).toEqual(['ratings-viewer both'])
  })

  test('analyze reads the objects as they would be', async () => {
    const {source} = await sample()
    const ask = async (of: typeof source) => {
      const report = await analyzed([{source: of}])
      return report.listed.filter(({finding}) => finding.object.name === 'deny-admin').length
    }
    expect(await ask(source)).toBeGreaterThan(0)
    expect(await ask(changedSource(source, POLICY_DELETED, ROOT))).toBe(0)
  })

  test('the answer says what it assumes, and that the configuration is computed', async () => {
    const {source, pod} = await sample()
    const changed = changedSource(source, RULE_DELETED, ROOT)
    expect(changed.origin.label).toBe(`${source.origin.label} with a change applied`)
    expect(changed.remarks).toContain('assumed as deleted: DestinationRule demo/details-plaintext')
    const question = {kind: 'pair', from: pod('productpage-v1'), to: 'details:9080', namespace: 'demo'} as const
    const {provenance} = await mtlsReport(changed, question, ROOT)
    const dump = provenance.evidence.filter(each => each.evidence === 'envoy.config_dump')
    expect(dump.map(each => each.via)).toEqual(['computed'])
  })

  test('what istiod makes of an object is not claimed where it is not translated', async () => {
    const {source} = await sample()
    const filter = parseChange(
      Buffer.from(
        'apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {name: lua, namespace: demo}\nspec: {}',
      ),
    )
    expect(changedSource(source, filter, ROOT).remarks).toContain(
      "what EnvoyFilter demo/lua would change in proxies needs istiod's own translation: not predicted",
    )
  })

  test('an object that does not exist cannot be deleted', async () => {
    const {source} = await sample()
    const typo = {apply: [], remove: [{kind: 'DestinationRule', namespace: 'demo', name: 'detials-plaintext'}]}
    await expect(refuseAbsent(source, typo)).rejects.toThrow(
      'cannot delete DestinationRule demo/detials-plaintext: bundle src/sample/mesh.tgz has no such object',
    )
    await refuseAbsent(source, RULE_DELETED)
  })

  // istio.io, "Workload Entry": a Service selects it as it selects pods; with a service account it has a proxy, and `ports` replaces target ports.
  test('WorkloadEntries are endpoints of the Service that selects their labels', async () => {
    const {source, pod} = await sample()
    const machines = parseChange(
      Buffer.from(`
apply:
- apiVersion: networking.istio.io/v1
  kind: WorkloadEntry
  metadata: {name: vm1, namespace: demo}
  spec: {address: 10.9.9.9, labels: {app: details}, serviceAccount: vm, ports: {http: 8080}}
- apiVersion: networking.istio.io/v1
  kind: WorkloadEntry
  metadata: {name: vm2, namespace: demo}
  spec: {address: 10.9.9.8, labels: {app: details}}
delete: [{kind: DestinationRule, namespace: demo, name: details-plaintext}]
`),
    )
    const changed = changedSource(source, machines, ROOT)
    const question = {kind: 'pair', from: pod('productpage-v1'), to: 'details:9080', namespace: 'demo'} as const
    const {rows, proofs} = await mtlsReport(changed, question, ROOT)
    expect(rows.map(each => `${each.status} ${each.server} ${each.client} ${each.endpoints}`).sort()).toEqual([
      'OK STRICT mTLS 2',
      'PLAINTEXT no sidecar plaintext 1',
    ])
    expect(proofs.map(each => `${each.where.split(' to ')[1] ?? each.side} ${each.proxy}`)).toEqual([
      '10.244.0.15:9080 mTLS',
      'server STRICT',
      '10.9.9.9:8080 mTLS',
      '10.9.9.8:9080 plaintext',
    ])
    const asked = {from: {kind: 'pod', pod: pod('productpage-v1')}, to: 'details:9080', namespace: 'demo'} as const
    const {verdicts} = await authzTestReport(changed, {
      ...asked,
      asked: {path: '/admin/x'} as never,
      istioNamespace: ROOT,
    })
    expect(verdicts.map(each => `${each.pod.name.split('-')[0]}:${each.port} ${each.verdict}`).sort()).toEqual([
      'details:9080 denied',
      'vm1:8080 denied',
      'vm2:9080 denied',
    ])
    const {rows: matrix} = await authzMatrixReport(changed, 'demo', ROOT)
    expect(matrix.some(each => each.clients.includes('demo/vm'))).toBe(true)
  })
})
