const TYPE = 'type.googleapis.com/envoy'

/** The text format of Istio's access log (istio.io, "Envoy Access Logs", default access log format). */
const FORMAT =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n'

const ACCESS_LOG = [
  {
    name: 'envoy.access_loggers.file',
    typed_config: {
      '@type': `${TYPE}.extensions.access_loggers.file.v3.FileAccessLog`,
      path: '/dev/stdout',
      log_format: {text_format_source: {inline_string: FORMAT}},
    },
  },
]

function socket(address: string, port: number): object {
  return {socket_address: {address, port_value: port}}
}

function typed(name: string, type: string, config: object): object {
  return {name, typed_config: {'@type': `${TYPE}.extensions.${type}`, ...config}}
}

function tcpProxy(cluster: string): object {
  return typed('envoy.filters.network.tcp_proxy', 'filters.network.tcp_proxy.v3.TcpProxy', {
    stat_prefix: cluster,
    cluster,
    access_log: ACCESS_LOG,
  })
}

function httpManager(prefix: string, routes: object): object {
  return typed(
    'envoy.filters.network.http_connection_manager',
    'filters.network.http_connection_manager.v3.HttpConnectionManager',
    {
      stat_prefix: prefix,
      access_log: ACCESS_LOG,
      use_remote_address: false,
      route_config: routes,
      http_filters: [typed('envoy.filters.http.router', 'filters.http.router.v3.Router', {})],
    },
  )
}

function original(name: string, more: object = {}): object {
  return {name, type: 'ORIGINAL_DST', lb_policy: 'CLUSTER_PROVIDED', connect_timeout: '2s', ...more}
}

const ORIGINAL_DST = [typed('envoy.filters.listener.original_dst', 'filters.listener.original_dst.v3.OriginalDst', {})]

/** A sidecar as istiod configures one for plain HTTP, with one Service `server` in the mesh; all of it in the bootstrap. */
export function sidecarConfig(name: string, own: string, server: string, port: number): object {
  const outbound = `outbound|${port}||server.demo.svc.cluster.local`
  const inbound = `inbound|${port}||`
  const domains = ['server', 'server.demo', 'server.demo.svc', 'server.demo.svc.cluster.local']
  const toServer = {
    name: `server.demo.svc.cluster.local:${port}`,
    domains: domains.flatMap(each => [each, `${each}:${port}`]),
    routes: [{name: 'default', match: {prefix: '/'}, route: {cluster: outbound, timeout: '0s'}}],
  }
  const anyOther = {
    name: 'allow_any',
    domains: ['*'],
    routes: [{name: 'allow_any', match: {prefix: '/'}, route: {cluster: 'PassthroughCluster', timeout: '0s'}}],
  }
  const inboundRoutes = {
    name: inbound,
    virtual_hosts: [
      {
        name: `inbound|http|${port}`,
        domains: ['*'],
        routes: [{name: 'default', match: {prefix: '/'}, route: {cluster: inbound, timeout: '0s'}}],
      },
    ],
  }
  return {
    node: {id: `sidecar~${own}~${name}.demo~demo.svc.cluster.local`, cluster: 'demo'},
    admin: {address: socket('127.0.0.1', 15_000)},
    static_resources: {
      listeners: [
        {
          name: 'virtualOutbound',
          traffic_direction: 'OUTBOUND',
          address: socket('0.0.0.0', 15_001),
          use_original_dst: true,
          filter_chains: [{name: 'virtualOutbound-catchall-tcp', filters: [tcpProxy('PassthroughCluster')]}],
        },
        {
          name: `0.0.0.0_${port}`,
          traffic_direction: 'OUTBOUND',
          address: socket('0.0.0.0', port),
          bind_to_port: false,
          filter_chains: [
            {
              filters: [
                httpManager(`outbound_0.0.0.0_${port}`, {name: String(port), virtual_hosts: [toServer, anyOther]}),
              ],
            },
          ],
        },
        {
          name: 'virtualInbound',
          traffic_direction: 'INBOUND',
          address: socket('0.0.0.0', 15_006),
          listener_filters: ORIGINAL_DST,
          filter_chains: [
            {
              name: `0.0.0.0_${port}`,
              filter_chain_match: {destination_port: port},
              filters: [httpManager(`inbound_0.0.0.0_${port}`, inboundRoutes)],
            },
            {name: 'virtualInbound', filters: [tcpProxy('InboundPassthroughCluster')]},
          ],
        },
      ],
      clusters: [
        original('PassthroughCluster'),
        original('InboundPassthroughCluster', {
          upstream_bind_config: {source_address: {address: '127.0.0.6', port_value: 0}},
        }),
        original(inbound, {upstream_bind_config: {source_address: {address: '127.0.0.6', port_value: 0}}}),
        {
          name: outbound,
          type: 'STATIC',
          connect_timeout: '2s',
          // A connection kept open would go on the way it began, whatever the rules are now.
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              '@type': `${TYPE}.extensions.upstreams.http.v3.HttpProtocolOptions`,
              common_http_protocol_options: {max_requests_per_connection: 1},
              explicit_http_config: {http_protocol_options: {}},
            },
          },
          load_assignment: {
            cluster_name: outbound,
            endpoints: [{lb_endpoints: [{endpoint: {address: socket(server, port)}}]}],
          },
        },
      ],
    },
  }
}
