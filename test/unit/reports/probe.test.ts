import {spawnSync} from 'node:child_process'
import {createServer, type IncomingMessage, type Server} from 'node:http'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {type ProbeRequest, probeCommands} from '../../../src/analysis/probe/commands.js'
import {askedOf} from '../../../src/cli/input/expectations.js'
import {readExpectations} from '../../../src/formats/expectations/parse.js'
import {parseProbeOutput} from '../../../src/formats/probe/parse.js'
import {answered} from '../../../src/model/evidence/answer.js'
import {UserError} from '../../../src/model/evidence/user-error.js'
import {reportExitCode} from '../../../src/reports/report.js'
import {type ProbeQuestion, probeReport} from '../../../src/reports/verify/probe-report.js'
import {suiteReport} from '../../../src/reports/verify/suite-report.js'
import type {Changes} from '../../../src/sources/changes.js'
import type {Source} from '../../../src/sources/source.js'
import {resolveSubject} from '../../../src/sources/subject.js'
import {sampleSource} from '../../support/sample.js'

const REQUEST: ProbeRequest = {
  scheme: 'http',
  host: '127.0.0.1',
  port: 0,
  path: '/a?b=$(touch%20/tmp/no)&c=1;id',
  method: 'GET',
  headers: [['x-request-id', 'it; "is" $HOME `id`']],
}

/** The programs run for real; a run beside the event loop keeps the server answering. */
function run(argv: readonly string[]): Promise<{stdout: Buffer; stderr: string; exitCode: number}> {
  const [program = '', ...rest] = argv
  return new Promise((resolve, reject) => {
    import('node:child_process').then(({execFile}) => {
      execFile(program, rest, {encoding: 'buffer', timeout: 15_000}, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
        resolve({stdout, stderr: stderr.toString('utf8'), exitCode: code})
      })
    }, reject)
  })
}

const PROGRAMS = ['curl', 'wget', 'bash'].filter(each => spawnSync(each, ['--version']).status === 0)

describe('a request by curl, wget and bash', () => {
  const seen: IncomingMessage[] = []
  let server: Server
  let port = 0

  beforeAll(async () => {
    server = createServer((request, response) => {
      seen.push(request)
      response.writeHead(403, {server: 'envoy', 'x-envoy-upstream-service-time': '3'})
      response.end('no\n')
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    port = typeof address === 'object' && address !== null ? address.port : 0
  })

  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  test('is the same, whatever is in it: nothing of it is read as a script', async () => {
    expect(PROGRAMS).toContain('bash')
    for (const argv of probeCommands({...REQUEST, port}).filter(([program = '']) => PROGRAMS.includes(program))) {
      seen.length = 0
      const {stdout, stderr, exitCode} = await run(argv)
      const answer = parseProbeOutput(argv[0] ?? '', stdout, stderr, exitCode)
      expect([argv[0], answer.status, answer.failure]).toEqual([argv[0], 403, undefined])
      expect(answer.headers).toContainEqual(['server', 'envoy'])
      expect(seen.map(({method, url, headers}) => [method, url, headers.host, headers['x-request-id']])).toEqual([
        ['GET', REQUEST.path, `127.0.0.1:${port}`, 'it; "is" $HOME `id`'],
      ])
    }
  })

  test('to a port where nothing listens has no status, and the reason', async () => {
    for (const argv of probeCommands({...REQUEST, port: 1}).filter(([program = '']) => PROGRAMS.includes(program))) {
      const {stdout, stderr, exitCode} = await run(argv)
      const answer = parseProbeOutput(argv[0] ?? '', stdout, stderr, exitCode)
      expect([argv[0], answer.status]).toEqual([argv[0], 0])
      expect(answer.failure).not.toBe('')
    }
  })

  test('other methods are sent by programs that can', () => {
    const programs = (request: ProbeRequest) => probeCommands(request).map(([program]) => program)
    expect(programs({...REQUEST, method: 'POST'})).toEqual(['curl', 'bash'])
    expect(programs({...REQUEST, scheme: 'https'})).toEqual(['curl', 'wget'])
  })
})

describe('probe', () => {
  const ID = '5d2f8a9e-0000-4000-8000-000000000001'
  let sample: Source

  beforeAll(async () => {
    sample = await sampleSource()
  })

  /** The sample as if it were live: what a request prints, and what the sidecars write then, is given. */
  function mesh(stdout: string, line: string): Source {
    const changes = {
      sendRequest: async (_pod: unknown, tries: readonly (readonly string[])[]) =>
        answered({container: 'app', argv: tries[0] ?? [], exitCode: 0, stdout: Buffer.from(stdout), stderr: ''}),
    } as unknown as Changes
    return {
      ...sample,
      changes,
      evidence: async (id, subject, query) => {
        if (id === 'log.istio-proxy' && subject.name.startsWith('sleep'))
          return answered({id, bytes: Buffer.from(`${line}\n`), provenance: {}})
        return await sample.evidence(id, subject, query)
      },
    }
  }

  async function probed(source: Source) {
    const {pod} = await resolveSubject(source, {name: 'deploy/sleep', namespace: 'demo'})
    const question: ProbeQuestion = {
      to: 'http://ratings:9080/x',
      flags: {},
      istioNamespace: 'istio-system',
      requestId: ID,
      announce: async () => {},
      sleep: async () => {},
    }
    return await probeReport(source, pod, question)
  }

  const head = (status: number) => `HTTP/1.1 ${status} X\r\nserver: envoy\r\n\r\n`
  const line = (status: number, flags: string, details: string) =>
    `[2026-11-20T18:52:05.778Z] "GET /x HTTP/1.1" ${status} ${flags} ${details} - "-" 0 19 0 - "-" "curl/7.88.1" "${ID}" "ratings:9080" "10.244.0.17:9080" outbound|9080||ratings.demo.svc.cluster.local 10.244.0.25:59324 10.96.131.175:9080 10.244.0.25:59324 - default`

  test('is as predicted where the answer and the client’s log fit a way of the trace', async () => {
    // What the sample recorded of this request: 403, via_upstream at the client's proxy.
    const report = await probed(mesh(head(403), line(403, '-', 'via_upstream')))
    expect(report).toMatchObject({cameTrue: {outcome: 'denied'}, answer: {status: 403}, parted: []})
    expect(report.proof).toEqual([['server', 'envoy']])
    expect(report.lines).toHaveLength(1)
    expect(reportExitCode(report)).toBe(0)
  })

  test('another way of the trace, a fault of 5 %, is as predicted too', async () => {
    const report = await probed(mesh(head(500), line(500, 'FI', 'fault_filter_abort')))
    expect(report.cameTrue).toMatchObject({outcome: 'answered'})
  })

  test('shows where reality left the prediction', async () => {
    const report = await probed(mesh(head(200), line(200, '-', 'via_upstream')))
    expect(report.cameTrue).toBeUndefined()
    expect(report.parted).toEqual([{field: 'status', expected: '403', actual: '200'}])
    expect(reportExitCode(report)).toBe(1)
  })

  test('the same status from another place is not as predicted', async () => {
    const report = await probed(mesh(head(403), line(403, 'UAEX', 'ext_authz_denied')))
    expect(report.parted.map(each => each.field)).toEqual(['flags', 'details'])
  })

  test('a record sends nothing', async () => {
    await expect(probed(sample)).rejects.toThrow(UserError)
  })

  test('a file of expectations is sent, and reality stands beside the prediction', async () => {
    const text = JSON.stringify({
      expectations: [
        {name: 'denied', from: 'deploy/sleep', to: 'http://ratings:9080/x', expect: {status: 403, outcome: 'denied'}},
        {name: 'allowed', from: 'deploy/sleep', to: 'http://ratings:9080/x', expect: {status: 200}},
        {name: 'from outside', from: 'ingress', to: 'http://ratings:9080/x', expect: {status: 200}},
      ],
    })
    const read = readExpectations(text)
    if (!read.ok) throw new Error(read.why)
    const around = {namespace: 'demo', istioNamespace: 'istio-system'}
    const sending = {announce: async () => {}, sleep: async () => {}, requestId: () => ID}
    const sent = async (source: Source) => {
      const asked = await Promise.all(read.expectations.map(each => askedOf(source, each, around)))
      return await suiteReport(source, 'suite.json', asked, sending)
    }
    const denied = await sent(mesh(head(403), line(403, '-', 'via_upstream')))
    expect(denied.results.map(each => [each.reality, each.asPredicted])).toEqual([
      ['holds', true],
      ['fails', true],
      ['open', false],
    ])
    const allowed = await sent(mesh(head(200), line(200, '-', 'via_upstream')))
    expect(allowed.results.map(each => [each.reality, each.asPredicted])).toEqual([
      ['fails', false],
      ['holds', false],
      ['open', false],
    ])
    expect(reportExitCode(allowed)).toBe(1)
    await expect(sent(sample)).rejects.toThrow('no request can be sent')
  })
})
