import {AccessLogFilter} from './access-log-filter.js'
import {CidrRange, Extension, Http1Options, Http2Options, HttpProtocolOptions} from './core.js'
import {RouteConfiguration} from './route.js'
import {count, duration, flag, ignored, list, message, one, packed, present, text, WHY, wrappedFlag} from './schema.js'

// extensions.filters.network.http_connection_manager.v3:
// https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto

const HCM = 'extensions.filters.network.http_connection_manager.v3.'

export const HttpFilter = message(`${HCM}HttpFilter`, {
  name: text,
  typedConfig: packed,
  configDiscovery: one(
    message('config.core.v3.ExtensionConfigSource', {
      configSource: ignored(WHY.xds),
      defaultConfig: packed,
      applyDefaultConfigWithoutWarming: ignored(WHY.xds),
      typeUrls: ignored(WHY.xds),
    }),
  ),
  isOptional: ignored('checked when the configuration was taken'),
  disabled: flag,
})
export type HttpFilter = NonNullable<typeof HttpFilter.yields>

export const ScopedRouteConfiguration = message('config.route.v3.ScopedRouteConfiguration', {
  onDemand: flag,
  name: text,
  routeConfigurationName: text,
  routeConfiguration: one(RouteConfiguration),
  key: one(
    message('config.route.v3.ScopedRouteConfiguration.Key', {
      fragments: list(one(message('config.route.v3.ScopedRouteConfiguration.Key.Fragment', {stringKey: text}))),
    }),
  ),
})
export type ScopedRouteConfiguration = NonNullable<typeof ScopedRouteConfiguration.yields>

const KEY = `${HCM}ScopedRoutes.ScopeKeyBuilder`
export const ScopedRoutes = message(`${HCM}ScopedRoutes`, {
  name: text,
  scopeKeyBuilder: one(
    message(KEY, {
      fragments: list(
        one(
          message(`${KEY}.FragmentBuilder`, {
            headerValueExtractor: one(
              message(`${KEY}.FragmentBuilder.HeaderValueExtractor`, {
                name: text,
                elementSeparator: text,
                index: count,
                element: one(
                  message(`${KEY}.FragmentBuilder.HeaderValueExtractor.KvElement`, {separator: text, key: text}),
                ),
              }),
            ),
          }),
        ),
      ),
    }),
  ),
  rdsConfigSource: ignored(WHY.xds),
  scopedRouteConfigurationsList: one(
    message(`${HCM}ScopedRouteConfigurationsList`, {
      scopedRouteConfigurations: list(one(ScopedRouteConfiguration)),
    }),
  ),
  scopedRds: ignored(WHY.xds),
})
export type ScopedRoutes = NonNullable<typeof ScopedRoutes.yields>

export const HttpConnectionManager = message(`${HCM}HttpConnectionManager`, {
  codecType: text,
  statPrefix: ignored(WHY.stats),
  rds: one(message(`${HCM}Rds`, {configSource: ignored(WHY.xds), routeConfigName: text})),
  routeConfig: one(RouteConfiguration),
  scopedRoutes: one(ScopedRoutes),
  httpFilters: list(one(HttpFilter)),
  addUserAgent: ignored(WHY.upstreamRequest),
  tracing: ignored(WHY.tracing),
  commonHttpProtocolOptions: one(HttpProtocolOptions),
  http1SafeMaxConnectionDuration: ignored('connections here are new'),
  httpProtocolOptions: one(Http1Options),
  http2ProtocolOptions: one(Http2Options),
  http3ProtocolOptions: ignored('QUIC is not asked about'),
  serverName: ignored(WHY.response),
  serverHeaderTransformation: ignored(WHY.response),
  schemeHeaderTransformation: one(
    message('config.core.v3.SchemeHeaderTransformation', {
      schemeToOverwrite: text,
      matchUpstream: ignored(WHY.upstreamRequest),
    }),
  ),
  maxRequestHeadersKb: count,
  streamIdleTimeout: duration,
  streamFlushTimeout: ignored(WHY.response),
  requestTimeout: ignored('requests here are sent at once'),
  requestHeadersTimeout: ignored('requests here are sent at once'),
  drainTimeout: ignored('says when it drains'),
  delayedCloseTimeout: ignored('says how a connection is closed'),
  accessLog: ignored(WHY.logs),
  accessLogFlushInterval: ignored(WHY.logs),
  flushAccessLogOnNewRequest: ignored(WHY.logs),
  accessLogOptions: ignored(WHY.logs),
  useRemoteAddress: wrappedFlag,
  xffNumTrustedHops: count,
  originalIpDetectionExtensions: list(one(Extension)),
  earlyHeaderMutationExtensions: list(one(Extension)),
  internalAddressConfig: one(
    message(`${HCM}HttpConnectionManager.InternalAddressConfig`, {
      unixSockets: flag,
      cidrRanges: list(one(CidrRange)),
    }),
  ),
  skipXffAppend: ignored(WHY.upstreamRequest),
  via: ignored(WHY.upstreamRequest),
  generateRequestId: wrappedFlag,
  preserveExternalRequestId: ignored('a request id is there either way'),
  alwaysSetRequestIdInResponse: ignored(WHY.response),
  forwardClientCertDetails: text,
  setCurrentClientCertDetails: ignored(WHY.upstreamRequest),
  proxy100Continue: flag,
  representIpv4RemoteAddressAsIpv4MappedIpv6: ignored(WHY.upstreamRequest),
  upgradeConfigs: list(
    one(
      message(`${HCM}HttpConnectionManager.UpgradeConfig`, {
        upgradeType: text,
        filters: list(one(HttpFilter)),
        enabled: wrappedFlag,
      }),
    ),
  ),
  normalizePath: wrappedFlag,
  mergeSlashes: flag,
  pathWithEscapedSlashesAction: text,
  requestIdExtension: ignored(WHY.tracing),
  localReplyConfig: one(
    message(`${HCM}LocalReplyConfig`, {
      mappers: list(
        one(
          message(`${HCM}ResponseMapper`, {
            filter: one(AccessLogFilter),
            statusCode: count,
            body: ignored(WHY.response),
            bodyFormatOverride: ignored(WHY.response),
            headersToAdd: ignored(WHY.response),
          }),
        ),
      ),
      bodyFormat: ignored(WHY.response),
    }),
  ),
  stripMatchingHostPort: flag,
  stripAnyHostPort: flag,
  streamErrorOnInvalidHttpMessage: ignored('says whether the connection is kept after the answer'),
  pathNormalizationOptions: present,
  stripTrailingHostDot: flag,
  proxyStatusConfig: ignored(WHY.response),
  typedHeaderValidationConfig: present,
  appendXForwardedPort: ignored(WHY.upstreamRequest),
  appendLocalOverload: ignored(WHY.response),
  addProxyProtocolConnectionState: ignored(WHY.upstreamRequest),
})
export type HttpConnectionManager = NonNullable<typeof HttpConnectionManager.yields>
