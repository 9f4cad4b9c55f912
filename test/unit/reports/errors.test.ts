import {readFileSync} from 'node:fs'
import {gunzipSync} from 'node:zlib'
import {beforeAll, describe, expect, test} from '@jest/globals'
import {
  type Failure,
  groupFailures,
  isFailure,
  withoutRepeated,
} from '../../../src/analysis/access-failures/failures.js'
import {sideOf} from '../../../src/analysis/log-explanation/side.js'
import {askedOnce} from '../../../src/evidence/asked-once.js'
import {readMesh} from '../../../src/evidence/mesh-world/mesh.js'
import {isObject, listOf, textOf} from '../../../src/formats/decode.js'
import {parseLogLine} from '../../../src/formats/log-line/parse.js'
import type {AccessLogEntry} from '../../../src/model/envoy/log-line.js'
import {explainedHere} from '../../../src/reports/errors/explained.js'
import {type LineCause, lineCause} from '../../../src/reports/errors/line-cause.js'
import {errorsReport} from '../../../src/reports/errors/report.js'
import {openHeard} from '../../../src/reports/trace/heard.js'
import {RULES} from '../../../src/rules/registry.js'
import type {Source} from '../../../src/sources/source.js'
import {sampleSource} from '../../support/sample.js'

const RECORDS = gunzipSync(readFileSync('test/fixtures/traffic/sample.jsonl.gz')).toString('utf8')

/** What the sidecar of ratings in the sample wrote. */
const DENIED =
  '[2026-11-20T18:52:05.778Z] "GET /x HTTP/1.1" 403 - rbac_access_denied_matched_policy[none] - "-" 0 19 0 - "-" "curl/7.88.1" "78e285fd-318f-41a3-9e72-462fc780392e" "ratings:9080" "-" inbound|9080|| - 10.244.0.17:9080 10.244.0.25:59324 outbound_.9080_._.ratings.demo.svc.cluster.local default'

let sample: Source

beforeAll(async () => {
  sample = askedOnce(await sampleSource())
})

/** The access-log lines that proxies wrote about recorded requests. */
function recordedLines(): readonly {readonly id: string; readonly line: string}[] {
  return RECORDS.split('\n').flatMap(text => {
    if (text === '') return []
    const json: unknown = JSON.parse(text)
    if (!isObject(json)) return []
    return listOf(json, 'accessLogs').flatMap(each => {
      const line = textOf(each, 'line')
      return line === undefined ? [] : [{id: textOf(json, 'id') ?? '', line}]
    })
  })
}

describe('the configuration explains recorded access-log lines', () => {
  test('each failing line by the object that makes it, or by what is refused', async () => {
    const mesh = await readMesh(sample, Date.parse(sample.origin.capturedAt ?? ''))
    const seen = new Map<string, LineCause>()
    const verdicts: Record<string, string[]> = {explains: [], differs: [], unknown: []}
    for (const {id, line} of recordedLines()) {
      const entry = parseLogLine(line)
      if (entry?.kind !== 'access' || !isFailure(entry)) continue
      const key = JSON.stringify({
        ...entry,
        time: '',
        requestId: '',
        duration: 0,
        remoteAddress: entry.remoteAddress?.split(':')[0],
        request: entry.request?.replace(/tid=\w+/, ''),
      })
      const asked = {entry, side: sideOf(entry), writer: undefined}
      const why = seen.get(key) ?? (await lineCause(sample, mesh.pods, asked, 'istio-system', openHeard()))
      seen.set(key, why)
      verdicts[why.verdict]?.push(`${id} ${why.because} ${line}`)
    }
    expect(verdicts.differs).toEqual([])
    expect(verdicts.unknown).toEqual([])
    expect(verdicts.explains?.length).toBeGreaterThan(100)
  })

  test('a line that another configuration wrote is not explained', async () => {
    const mesh = await readMesh(sample, Date.parse(sample.origin.capturedAt ?? ''))
    const entry = parseLogLine(DENIED.replace('[none]', '[ns[demo]-policy[gone]-rule[0]]'))
    if (entry?.kind !== 'access') throw new Error('the line is one of an access log')
    const asked = {entry, side: sideOf(entry), writer: undefined}
    expect(await lineCause(sample, mesh.pods, asked, 'istio-system', openHeard())).toMatchObject({verdict: 'differs'})
  })

  test('explain adds the object, the field and the command below the line', async () => {
    const {here, lines} = await explainedHere(() => RULES, DENIED, sample, 'istio-system')
    expect(lines).toHaveLength(1)
    expect(here).toMatchObject([
      {
        line: 1,
        verdict: 'explains',
        cause: {object: {kind: 'AuthorizationPolicy', namespace: 'demo', name: 'ratings-viewer'}, field: 'spec.rules'},
        command: expect.stringMatching(/^meshctl trace \S+\.demo http:\/\/ratings/),
      },
    ])
  })
})

describe('failures of access logs', () => {
  const entryOf = (line: string): AccessLogEntry => {
    const entry = parseLogLine(line)
    if (entry?.kind !== 'access') throw new Error('the line is one of an access log')
    return entry
  }
  const line = (code: string, flags: string, details: string, id: string, cluster: string) =>
    entryOf(
      `[2026-11-20T18:52:05.778Z] "GET /x HTTP/1.1" ${code} ${flags} ${details} - "-" 0 19 0 - "-" "curl/7.88.1" "${id}" "ratings:9080" "-" ${cluster} - 10.244.0.17:9080 10.244.0.25:59324 - default`,
    )
  const failure = (entry: AccessLogEntry, from = 'a', to = 'b'): Failure => ({
    entry,
    side: sideOf(entry),
    writer: 'w',
    from,
    to,
  })

  test('are codes of 400 and more and response flags, but not clients that left', () => {
    expect(isFailure(line('200', '-', 'via_upstream', '1', 'outbound|1||h'))).toBe(false)
    expect(isFailure(line('404', 'NR', 'route_not_found', '1', '-'))).toBe(true)
    expect(isFailure(line('0', 'DC', 'downstream_remote_disconnect', '1', 'outbound|1||h'))).toBe(false)
    expect(isFailure(line('0', 'UF,URX', '-', '1', 'outbound|1||h'))).toBe(true)
  })

  test('of one request count once: the server knows why', () => {
    const client = failure(line('403', '-', 'via_upstream', 'same', 'outbound|9080||ratings'))
    const server = failure(line('403', '-', 'rbac_access_denied_matched_policy[none]', 'same', 'inbound|9080||'))
    const other = failure(line('403', '-', 'via_upstream', 'other', 'outbound|9080||ratings'))
    expect(withoutRepeated([client, server, other])).toEqual([server, other])
  })

  test('are grouped by their ends, code, flags and details', () => {
    const one = failure(line('503', 'UF', 'upstream_reset{a|TLS_error:1}', '1', 'outbound|1||h'))
    const two = failure(line('503', 'UF', 'upstream_reset{a|TLS_error:2}', '2', 'outbound|1||h'))
    const far = failure(two.entry, 'elsewhere')
    expect(groupFailures([one, two, far])).toMatchObject([
      {count: 2, from: 'a', details: 'upstream_reset{a}'},
      {count: 1, from: 'elsewhere'},
    ])
  })
})

describe('errors of the sample', () => {
  const query = {istioNamespace: 'istio-system', namespace: undefined, pods: undefined, sinceMs: undefined}

  test('name the object, the field and a command', async () => {
    const report = await errorsReport(sample, query)
    expect(report.failing).toBe(true)
    expect(report.groups.find(({to}) => to === 'ratings-v1.demo:9080')).toMatchObject({
      code: '403',
      why: {verdict: 'explains', cause: {object: {name: 'ratings-viewer'}, field: 'spec.rules'}},
    })
  })

  test('of a waypoint: the policy that its Envoy applies is named', async () => {
    const {groups} = await errorsReport(sample, {...query, namespace: 'amb'})
    const denied = groups.filter(({code}) => code === '403')
    expect(denied.map(({why}) => [why?.verdict, why?.cause?.object?.name])).toEqual([
      ['explains', 'api-deny-admin'],
      ['explains', 'api-allow'],
    ])
  })

  test('outside the time asked for are none', async () => {
    const report = await errorsReport(sample, {...query, sinceMs: 1})
    expect(report).toMatchObject({failing: false, groups: [], requests: 0})
    expect(report.silent.length).toBe(report.logs)
  })
})
