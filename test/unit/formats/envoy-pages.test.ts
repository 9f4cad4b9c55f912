import {describe, expect, test} from '@jest/globals'
import {parseClusters} from '../../../src/formats/envoy/envoy-clusters.js'
import {parseLogging} from '../../../src/formats/envoy/envoy-logging.js'
import {parseServerInfo} from '../../../src/formats/envoy/envoy-server-info.js'
import type {Artifact, EvidenceId} from '../../../src/model/evidence/evidence.js'

function page(id: EvidenceId, content: unknown): Artifact {
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  return {id, bytes: Buffer.from(text), provenance: {from: 'page'}}
}

describe('/clusters', () => {
  test('every check that failed is a complaint; pipes and internal addresses are kept', () => {
    const host = (address: object, health: object) => ({address, health_status: health, weight: 2, priority: 1})
    const answer = parseClusters(
      page('envoy.clusters', {
        cluster_statuses: [
          {
            name: 'c',
            host_statuses: [
              host(
                {socket_address: {address: '10.0.0.1', port_value: 80}},
                {eds_health_status: 'UNHEALTHY', failed_active_health_check: true, failed_outlier_check: true},
              ),
              host({pipe: {path: './XDS'}}, {}),
              host({envoy_internal_address: {server_listener_name: 'l', endpoint_id: 'e'}}, {}),
              host({}, {}),
            ],
          },
          {name: 'empty'},
          'odd',
        ],
      }),
    )
    const groups = answer.ok ? answer.value : []
    expect(groups.map(({cluster, endpoints}) => [cluster, endpoints.length])).toEqual([
      ['c', 4],
      ['empty', 0],
      ['', 0],
    ])
    const [socket, pipe, internal, none] = groups[0]?.endpoints ?? []
    expect(socket).toMatchObject({
      status: 'UNHEALTHY',
      complaints: ['failed_outlier_check', 'failed_active_health_check'],
      weight: 2,
      priority: 1,
    })
    expect(pipe).toMatchObject({address: {kind: 'pipe', path: './XDS'}, status: 'UNKNOWN', complaints: []})
    expect(internal?.address).toEqual({kind: 'internal', listener: 'l', id: 'e'})
    expect(none?.address).toEqual({kind: 'unknown'})
  })

  test('a page cut short is a gap that says so', () => {
    expect(parseClusters(page('envoy.clusters', '{"cluster_statuses":[{"name":'))).toMatchObject({
      ok: false,
      gap: {reason: 'truncated'},
    })
  })
})

describe('/server_info', () => {
  test('version, build, state, uptimes, node and the options that are set', () => {
    const answer = parseServerInfo(
      page('envoy.server_info', {
        version: 'abc/1.22.1/Clean/RELEASE/BoringSSL',
        state: 'PRE_INITIALIZING',
        uptime_current_epoch: '5s',
        uptime_all_epochs: '9s',
        hot_restart_version: '11.120',
        command_line_options: {
          concurrency: 2,
          base_id: 0,
          config_yaml: 'secret',
          log_path: '',
          mode: 'Serve',
          a: [],
          b: true,
        },
        node: {id: 'sidecar~10.0.0.1~a.b~b.svc.cluster.local', cluster: 'a.b', metadata: {ISTIO_VERSION: '1.14.1'}},
      }),
    )
    expect(answer).toMatchObject({
      ok: true,
      value: {
        version: '1.22.1',
        build: ['Clean', 'RELEASE', 'BoringSSL', 'commit abc'],
        state: 'PRE_INITIALIZING',
        uptime: '5s',
        uptimeAllEpochs: '9s',
        nodeId: 'sidecar~10.0.0.1~a.b~b.svc.cluster.local',
        istioVersion: '1.14.1',
        options: ['concurrency=2', 'mode=Serve', 'b=true'],
      },
    })
  })

  test('JSON that is not a server_info is a gap', () => {
    expect(parseServerInfo(page('envoy.server_info', {state: 'LIVE'}))).toMatchObject({
      ok: false,
      gap: {reason: 'unreadable', detail: 'it is JSON, but has no "version"'},
    })
  })
})

describe('/logging', () => {
  test('loggers with their levels', () => {
    const answer = parseLogging(page('envoy.logging', 'active loggers:\n  admin: warning\n  http2: off\n\n'))
    expect(answer.ok ? [...answer.value] : []).toEqual([
      ['admin', 'warning'],
      ['http2', 'off'],
    ])
  })

  test('a page fetched with GET says what went wrong', () => {
    expect(parseLogging(page('envoy.logging', 'Method GET not allowed, POST required.'))).toMatchObject({
      ok: false,
      gap: {hint: expect.stringContaining('POST')},
    })
  })
})
