import {readFileSync} from 'node:fs'
import {beforeAll, describe, expect, test} from '@jest/globals'
import {Ajv} from 'ajv'
import {differences} from '../../../src/analysis/expectations/judge.js'
import {askedOf} from '../../../src/cli/input/expectations.js'
import {readExpectations} from '../../../src/formats/expectations/parse.js'
import type {Expectation} from '../../../src/model/expectation.js'
import {reportExitCode} from '../../../src/reports/report.js'
import {verifyReport} from '../../../src/reports/verify/report.js'
import {verifyView} from '../../../src/reports/verify/view.js'
import type {Source} from '../../../src/sources/source.js'
import {sampleSource} from '../../support/sample.js'

const FILE = `
apiVersion: meshctl/v1
kind: Expectations
expectations:
- {name: jason, from: deploy/productpage-v1, to: http://reviews:9080/reviews/0, request: {headers: {end-user: jason}}, expect: {status: 200}}
- {name: plaintext, from: deploy/productpage-v1, to: http://details:9080/details/0, expect: {outcome: delivered}}
- {name: gone, from: deploy/gone, to: http://details:9080/, expect: {status: 200}}
- {name: both versions, from: deploy/productpage-v1, to: http://reviews:9080/reviews/0, expect: {cluster: outbound|9080|v1|reviews.demo.svc.cluster.local}}
`

let sample: Source

beforeAll(async () => {
  sample = await sampleSource()
})

function expectationsOf(text: string): readonly Expectation[] {
  const read = readExpectations(text)
  if (!read.ok) throw new Error(read.why)
  return read.expectations
}

async function verifiedFile(text: string) {
  const around = {namespace: 'demo', istioNamespace: 'istio-system'}
  const asked = await Promise.all(expectationsOf(text).map(each => askedOf(sample, each, around)))
  return await verifyReport(sample, 'expectations.yaml', asked)
}

describe('expectations', () => {
  test('hold, fail with what came out and why, or stay undecided', async () => {
    const report = await verifiedFile(FILE)
    expect(report.results.map(({expectation, verdict}) => [expectation.name, verdict])).toEqual([
      ['jason', 'holds'],
      // data/traffic: details answers productpage with 503 UC; its DestinationRule disables TLS under STRICT.
      ['plaintext', 'fails'],
      ['gone', 'undecided'],
      // One of the ways is enough to fail it: reviews is split over two versions.
      ['both versions', 'fails'],
    ])
    expect(report.results[1]).toMatchObject({
      differences: [{field: 'outcome', expected: 'delivered', actual: 'tls-mismatch'}],
      fix: expect.stringContaining('details-plaintext'),
    })
    expect(report.results[3]?.share).toBeGreaterThan(0.1)
    expect(report.results[3]?.share).toBeLessThan(0.9)
    expect(reportExitCode(report)).toBe(1)
  })

  test('that all hold end with 0, those that are undecided with 3', async () => {
    const [first = '', , third = ''] = FILE.split('\n- ').slice(1)
    expect(reportExitCode(await verifiedFile(`expectations:\n- ${first}`))).toBe(0)
    expect(reportExitCode(await verifiedFile(`expectations:\n- ${third}`))).toBe(3)
  })

  test('as JUnit and SARIF', async () => {
    const report = await verifiedFile(FILE)
    const junit = verifyView.texts?.junit?.(report) ?? ''
    expect(junit).toContain('tests="4" failures="2" errors="0" skipped="1"')
    expect(junit.match(/<testcase /g)).toHaveLength(4)
    const sarif: unknown = JSON.parse(verifyView.texts?.sarif?.(report) ?? '')
    expect(sarif).toMatchObject({
      version: '2.1.0',
      runs: [{results: [{level: 'error'}, {level: 'warning'}, {level: 'error'}]}],
    })
  })

  test('are read in one form, which its schema describes', () => {
    const schema: unknown = JSON.parse(readFileSync('docs/schemas/expectations.schema.json', 'utf8'))
    const validate = new Ajv({strict: true, allowUnionTypes: true}).compile(schema as object)
    const good = {expectations: [{from: 'a', to: 'b:1', request: {headers: {x: 1}}, expect: {status: 200}}]}
    const bad = [
      {expectations: []},
      {expectations: [{from: 'a', to: 'b:1', expect: {}}]},
      {expectations: [{from: 'a', to: 'b:1', expect: {code: 200}}]},
      {expectations: [{from: 'a', to: 'b:1', expect: {outcome: 'fine'}}]},
      {expectations: [{from: 'a', to: 'b:1', wish: 1, expect: {status: 200}}]},
      {expectations: [{to: 'b:1', expect: {status: 200}}]},
    ]
    expect([validate(good), readExpectations(JSON.stringify(good)).ok]).toEqual([true, true])
    for (const each of bad) expect([validate(each), readExpectations(JSON.stringify(each)).ok]).toEqual([false, false])
  })

  test('compare what was observed only, and details without the reason of a transport failure', () => {
    const bare = {
      outcome: undefined,
      status: undefined,
      flags: undefined,
      details: undefined,
      cluster: undefined,
      policy: undefined,
    }
    const wanted = {...bare, status: 503, flags: ['UF', 'URX'], details: 'reset{failure|TLS_error:1}'}
    expect(differences(wanted, {status: 503, flags: ['URX', 'UF'], details: 'reset{failure|TLS_error:2}'})).toEqual([])
    expect(differences(wanted, {status: 503})).toEqual([])
    expect(differences(wanted, {flags: []})).toEqual([{field: 'flags', expected: 'UF,URX', actual: 'none'}])
    expect(differences(wanted, {status: null})).toHaveLength(1)
  })
})
