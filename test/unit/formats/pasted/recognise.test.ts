import {describe, expect, test} from '@jest/globals'
import {recognisePasted} from '../../../../src/formats/pasted/recognise.js'
import {pastedFiles} from '../../../../src/sources/files/pasted-files.js'

function recognised(text: string) {
  const {dump, evidence, tables, dumpMissing} = recognisePasted('x', Buffer.from(text))
  return {
    sections: dump.map(({section, lists}) => [section, ...Object.keys(lists)].join(' ')),
    evidence: evidence.map(each => each.evidence),
    tables: tables.map(({kind, rows}) => `${kind} ${rows.length}`),
    missing: dumpMissing.map(({reason}) => reason),
  }
}

const NONE = {sections: [], evidence: [], tables: [], missing: []}

describe('pieces of Envoy and istiod', () => {
  // Names of lists and fields: Envoy's admin.v3 and config messages, istioctl's -o json.
  test.each([
    [
      'a section',
      '{"@type":"type.googleapis.com/envoy.admin.v3.ClustersConfigDump","dynamic_active_clusters":[{"cluster":{"name":"a"}}]}',
      'Clusters dynamic_active_clusters',
    ],
    [
      'a list without braces',
      '"dynamic_warming_secrets": [{"name":"token","version_info":"uninitialized"}]',
      'Secrets dynamic_warming_secrets',
    ],
    [
      'an entry of clusters',
      '{"version_info":"1","cluster":{"name":"a","type":"EDS"},"last_updated":"x"}',
      'Clusters dynamic_active_clusters',
    ],
    [
      'a listener alone',
      '{"name":"0.0.0.0_80","address":{"socket_address":{"address":"0.0.0.0","port_value":80}},"filter_chains":[]}',
      'Listeners dynamic_listeners',
    ],
    ['a listener with its states', '{"name":"l","error_state":{"details":"x"}}', 'Listeners dynamic_listeners'],
    [
      'routes of istioctl',
      '[{"name":"http.80","virtualHosts":[{"name":"blackhole:80","domains":["*"]}]}]',
      'Routes dynamic_route_configs',
    ],
    [
      'clusters of istioctl',
      '[{"name":"outbound|80||a.b","type":"EDS","edsClusterConfig":{}}]',
      'Clusters dynamic_active_clusters',
    ],
    ['a virtual host', '{"name":"reviews:9080","domains":["reviews"],"routes":[]}', 'Routes dynamic_route_configs'],
    ['a load assignment', '{"clusterName":"a","endpoints":[]}', 'Endpoints dynamic_endpoint_configs'],
    [
      'a secret that waits',
      '{"name":"default","version_info":"uninitialized","secret":{"name":"default"}}',
      'Secrets dynamic_warming_secrets',
    ],
    [
      'secrets of istioctl as YAML',
      'dynamicActiveSecrets:\n- name: default\n  secret:\n    name: default\n',
      'Secrets dynamic_active_secrets',
    ],
  ])('%s', (_, text, section) => {
    expect(recognised(text)).toEqual({...NONE, sections: [section]})
    expect(recognised(`$ kubectl exec x -- curl localhost:15000/config_dump\n${text}\n`)).toEqual({
      ...NONE,
      sections: [section],
    })
    expect(recognised(`看一下：\n\n\`\`\`json\n${text}\n\`\`\`\n\n完。\n`)).toEqual({...NONE, sections: [section]})
    expect(recognised(text.replace(/\n/g, '\r\n'))).toEqual({...NONE, sections: [section]})
  })

  test('what Envoy was started with: JSON of the agent and static YAML', () => {
    const json = '{"node":{"id":"x"},"static_resources":{"clusters":[{"name":"xds-grpc"}],"listeners":[{"name":"l"}]}}'
    const wanted = ['Bootstrap', 'Clusters static_clusters', 'Listeners static_listeners']
    expect(recognised(json).sections).toEqual(wanted)
    expect(
      recognised(
        'admin:\n  access_log_path: /dev/null\nstatic_resources:\n  listeners:\n  - name: l\n  clusters:\n  - name: c\n',
      ).sections,
    ).toEqual(wanted)
  })

  test.each([
    ['clusters', '{"cluster_statuses":[]}', 'envoy.clusters'],
    ['one cluster status', '{"name":"a","host_statuses":[]}', 'envoy.clusters'],
    [
      'clusters as text',
      'xds-grpc::observability_name::xds-grpc\nxds-grpc::127.0.0.1:15010::cx_active::1\nxds-grpc::127.0.0.1:15010::health_flags::healthy\n',
      'envoy.clusters',
    ],
    ['listeners as text', 'virtualOutbound::0.0.0.0:15001\nvirtualInbound::0.0.0.0:15006\n', 'envoy.listeners'],
    ['syncz', '[{"proxy":"a.b","cluster_sent":"1","cluster_acked":"1"}]', 'istiod.syncz'],
    [
      'server_info',
      '{"version":"a/1.20.0/Clean/RELEASE/BoringSSL","state":"LIVE","command_line_options":{}}',
      'envoy.server_info',
    ],
  ])('the page %s', (_, text, evidence) => {
    expect(recognised(text)).toEqual({...NONE, evidence: [evidence]})
  })

  test('what is not of Envoy is nothing', () => {
    for (const text of [
      '',
      'hello',
      '{"a":1}',
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"}}',
      '{"level":"info","msg":"x"}',
      '- a\n- b\n',
    ])
      expect(recognised(text)).toEqual(NONE)
  })

  test('a cut is a gap, and what is whole before it is there', () => {
    const text =
      '{"configs":[{"@type":"type.googleapis.com/envoy.admin.v3.ClustersConfigDump","dynamic_active_clusters":[{"cluster":{"name":"a"}},{"cluster":{"na'
    expect(recognised(text)).toEqual({...NONE, sections: ['Clusters dynamic_active_clusters'], missing: ['truncated']})
  })
})

describe("istioctl's tables", () => {
  // Columns of each release: istioctl/pkg/writer of 1.0 to 1.31.
  test.each([
    [
      'proxy-status of 1.4',
      'NAME              CDS        LDS                            EDS        RDS          PILOT                            VERSION\nawx-0.awx-ns      SYNCED     STALE (Never Acknowledged)     SYNCED     SYNCED       istio-pilot-74b4bc5df5-vpgr9     1.4.3\n',
      'proxy-status',
    ],
    [
      'proxy-status of 1.11',
      'NAME       CDS        LDS        EDS        RDS          ISTIOD                      VERSION\na-1.b      SYNCED     SYNCED     SYNCED     NOT SENT     istiod-1-x     1.11.0\n',
      'proxy-status',
    ],
    [
      'proxy-status of 1.22',
      'NAME      CLUSTER        CDS        LDS        EDS        RDS        ECDS         ISTIOD                     VERSION\nweb-0.b   Kubernetes     SYNCED     SYNCED     SYNCED     STALE      NOT SENT     istiod-b59c9fff9-hxs5r     1.22.1\n',
      'proxy-status',
    ],
    [
      'cluster',
      'SERVICE FQDN     PORT     SUBSET     DIRECTION     TYPE     DESTINATION RULE\na.b.svc          80       -          outbound      EDS      \n',
      'cluster',
    ],
    [
      'cluster of 1.4',
      'SERVICE FQDN     PORT     SUBSET     DIRECTION     TYPE\na.b.svc          80       -          outbound      EDS\n',
      'cluster',
    ],
    ['listener', 'ADDRESSES PORT  MATCH DESTINATION\n0.0.0.0   15001 ALL   PassthroughCluster\n', 'listener'],
    ['listener of 1.5', 'ADDRESS     PORT      TYPE\n0.0.0.0     15001     TCP\n', 'listener'],
    [
      'route',
      'NAME     VHOST NAME     DOMAINS     MATCH     VIRTUAL SERVICE\n80       a:80           *           /*        \n',
      'route',
    ],
    [
      'route of 1.8',
      'NOTE: This output only contains routes loaded via RDS.\nNAME     DOMAINS     MATCH     VIRTUAL SERVICE\n80       a           /*        a.b\n',
      'route',
    ],
    ['route of 1.4', 'NAME     VIRTUAL HOSTS\n80       3\n', 'route'],
    [
      'endpoint',
      'ENDPOINT            STATUS      OUTLIER CHECK     CLUSTER\n10.0.0.1:80         HEALTHY     OK                outbound|80||a.b\n',
      'endpoint',
    ],
    [
      'secret',
      'RESOURCE NAME     TYPE           STATUS     VALID CERT     SERIAL NUMBER     NOT AFTER                NOT BEFORE\ndefault           Cert Chain     ACTIVE     true           6fbe              2023-05-16T01:32:52Z     2023-05-15T01:30:52Z\n',
      'secret',
    ],
  ])('%s', (_, text, kind) => {
    const wanted = {...NONE, tables: [`${kind} 1`], evidence: kind === 'proxy-status' ? ['istiod.syncz'] : []}
    expect(recognised(text)).toEqual(wanted)
    expect(recognised(`[root@m1 ~]# istioctl x\n${text}[root@m1 ~]#\n`)).toEqual(wanted)
    expect(
      recognised(
        text
          .split('\n')
          .map(line => (line === '' ? '' : `    ${line}`))
          .join('\n'),
      ),
    ).toEqual(wanted)
    expect(recognised(`\`\`\`\n${text}\`\`\`\n一些中文。\n`)).toEqual(wanted)
    if (!kind.startsWith('route')) expect(recognised(text.split('\n').slice(1).join('\n'))).toEqual(wanted)
  })

  test('prose and logs are not tables', () => {
    for (const text of [
      'The ADDRESS and PORT are\nimportant here\n',
      'NAME READY STATUS RESTARTS AGE\na 2/2 Running 0 1d\n',
      '2020-01-01T00:00:00Z info x\n',
    ])
      expect(recognised(text).tables).toEqual([])
  })
})

test('a large page that is nothing but JSON is not looked through for tables', () => {
  const files = pastedFiles([{label: 'x', bytes: Buffer.from('{"configs":[]}')}])
  expect(files.tables('cluster')).toEqual([])
  const table =
    'SERVICE FQDN     PORT     SUBSET     DIRECTION     TYPE\na.b.svc          80       -          outbound      EDS\n'
  expect(
    pastedFiles([{label: 'x', bytes: Buffer.from(JSON.stringify({note: table, cluster_statuses: []}))}]).tables(
      'cluster',
    ),
  ).toEqual([])
  expect(pastedFiles([{label: 'x', bytes: Buffer.from(table)}]).tables('cluster')).toHaveLength(1)
})
