import {beforeAll, describe, expect, test} from '@jest/globals'
import {type Mesh, readMesh} from '../../../src/evidence/mesh-world/mesh.js'
import {parseLogLine} from '../../../src/formats/log-line/parse.js'
import type {AccessLogEntry} from '../../../src/model/envoy/log-line.js'
import {callersOf, failureOf} from '../../../src/reports/errors/failure-ends.js'
import {lineCause} from '../../../src/reports/errors/line-cause.js'
import {lineQuestion} from '../../../src/reports/errors/line-question.js'
import {openHeard} from '../../../src/reports/trace/heard.js'
import type {Source} from '../../../src/sources/source.js'
import {sampleSource} from '../../support/sample.js'

let sample: Source
let mesh: Mesh

beforeAll(async () => {
  sample = await sampleSource()
  mesh = await readMesh(sample, Date.parse(sample.origin.capturedAt ?? ''))
})

interface Written {
  readonly cluster: string
  readonly local: string
  readonly remote: string
  readonly id?: string
}

function line({cluster, local, remote, id = 'one'}: Written): AccessLogEntry {
  const entry = parseLogLine(
    `[2026-11-20T18:52:05.778Z] "GET /productpage HTTP/1.1" 403 - rbac_access_denied_matched_policy[none] - "-" 0 19 0 - "203.0.113.9" "curl/7.88.1" "${id}" "bookinfo.example.com" "-" ${cluster} - ${local} ${remote} - default`,
  )
  if (entry?.kind !== 'access') throw new Error('the line is one of an access log')
  return entry
}

function podOf(workload: string) {
  const pod = mesh.pods.find(each => each.workload === workload)
  if (pod === undefined) throw new Error(`the sample has ${workload}`)
  return pod
}

/** What a sidecar writes behind a gateway: it trusts the last entry of X-Forwarded-For, which has no port. */
const FORWARDED = {cluster: 'inbound|9080||', local: '10.244.0.14:9080', remote: '203.0.113.9:0'}

describe('the client of a line behind a gateway', () => {
  test('is the gateway that wrote the same request, not the address of X-Forwarded-For', () => {
    const gateway = podOf('istio-ingressgateway')
    const server = podOf('productpage-v1')
    const sent = line({
      cluster: 'outbound|9080||productpage.demo.svc.cluster.local',
      local: '10.244.0.12:8080',
      remote: '203.0.113.9:51000',
    })
    const got = line(FORWARDED)
    const logs = [
      {pod: gateway, entries: [sent]},
      {pod: server, entries: [got]},
    ]
    const failure = failureOf({pod: server, entries: [got]}, got, mesh, callersOf(logs))
    expect(failure).toMatchObject({
      from: 'istio-ingressgateway.istio-system',
      to: 'productpage-v1.demo:9080',
      caller: gateway.ref,
    })
    expect(lineQuestion(got, mesh.pods, server, failure.caller)?.from).toEqual({kind: 'pod', pod: gateway.ref})
  })

  test('is not known without such a line, and nothing is concluded from the address', async () => {
    const server = podOf('productpage-v1')
    const got = line(FORWARDED)
    const failure = failureOf({pod: server, entries: [got]}, got, mesh, callersOf([]))
    expect(failure).toMatchObject({from: 'a proxy that wrote X-Forwarded-For', caller: undefined})
    expect(lineQuestion(got, mesh.pods, server)).toBeUndefined()
    const asked = {entry: got, side: failure.side, writer: server.ref}
    expect(await lineCause(sample, mesh.pods, asked, 'istio-system', openHeard())).toEqual({
      verdict: 'unknown',
      because: 'the line gives the client of X-Forwarded-For (203.0.113.9), not which proxy connected',
    })
  })

  test('of two clients behind one gateway is the same', () => {
    const gateway = podOf('istio-ingressgateway')
    const server = podOf('productpage-v1')
    const entries = ['203.0.113.9:0', '198.51.100.7:0', '10.244.0.25:0'].map((remote, i) =>
      line({...FORWARDED, remote, id: `r${i}`}),
    )
    const sent = entries.map(({requestId = ''}) =>
      line({cluster: 'outbound|9080||productpage.demo.svc.cluster.local', local: '-', remote: '-', id: requestId}),
    )
    const callers = callersOf([{pod: gateway, entries: sent}])
    const from = entries.map(entry => failureOf({pod: server, entries}, entry, mesh, callers).from)
    expect(new Set(from)).toEqual(new Set(['istio-ingressgateway.istio-system']))
  })
})

describe('the client of a line of a gateway', () => {
  test('is a node where kube-proxy replaced its address, not a pod in the network of that node', () => {
    const gateway = podOf('istio-ingressgateway')
    const {nodeIp = ''} = gateway
    const sent = line({cluster: '-', local: '10.244.0.12:8080', remote: `${nodeIp}:34567`})
    const onNode = {...gateway, workload: 'kube-proxy', mode: 'none' as const, hostNetwork: true, addresses: [nodeIp]}
    const around = {...mesh, pods: [onNode, ...mesh.pods]}
    expect(failureOf({pod: gateway, entries: [sent]}, sent, around, new Map()).from).toBe(`node ${nodeIp}`)
  })
})
