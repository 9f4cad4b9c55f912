import {count, duration, flag, ignored, mapOf, message, one, packed, struct, text, WHY, wrappedFlag} from './schema.js'

// config.core.v3 and type.v3: https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/address.proto

export const SocketAddress = message('config.core.v3.SocketAddress', {
  protocol: text,
  address: text,
  portValue: count,
  namedPort: ignored('an address without a number is undecided'),
  resolverName: ignored(WHY.sockets),
  ipv4Compat: ignored('read with the sockets of all listeners'),
})

export const Address = message('config.core.v3.Address', {
  socketAddress: one(SocketAddress),
  pipe: one(message('config.core.v3.Pipe', {path: text, mode: ignored(WHY.sockets)})),
  envoyInternalAddress: one(
    message('config.core.v3.EnvoyInternalAddress', {serverListenerName: text, endpointId: text}),
  ),
})
export type Address = NonNullable<typeof Address.yields>

export const CidrRange = message('config.core.v3.CidrRange', {addressPrefix: text, prefixLen: count})
export type CidrRange = NonNullable<typeof CidrRange.yields>

export const FractionalPercent = message('type.v3.FractionalPercent', {numerator: count, denominator: text})
export type FractionalPercent = NonNullable<typeof FractionalPercent.yields>

export const RuntimeFraction = message('config.core.v3.RuntimeFractionalPercent', {
  defaultValue: one(FractionalPercent),
  runtimeKey: text,
})
export type RuntimeFraction = NonNullable<typeof RuntimeFraction.yields>

export const RuntimeFlag = message('config.core.v3.RuntimeFeatureFlag', {defaultValue: wrappedFlag, runtimeKey: text})
export type RuntimeFlag = NonNullable<typeof RuntimeFlag.yields>

export const RuntimeNumber = message('config.core.v3.RuntimeUInt32', {defaultValue: count, runtimeKey: text})

export const DataSource = message('config.core.v3.DataSource', {
  filename: ignored('read by Envoy: what needs it is undecided'),
  inlineString: text,
  inlineBytes: text,
  environmentVariable: ignored('read by Envoy: what needs it is undecided'),
  watchedDirectory: ignored('says when a file is read again'),
})
export type DataSource = NonNullable<typeof DataSource.yields>

export const Metadata = message('config.core.v3.Metadata', {
  filterMetadata: mapOf(struct),
  typedFilterMetadata: ignored('held for filters that read it, which are named as undecided'),
})
export type Metadata = NonNullable<typeof Metadata.yields>

/** A named extension with its configuration: TypedExtensionConfig, TransportSocket, Filter, AccessLog. */
export const Extension = message('config.core.v3.TypedExtensionConfig', {name: text, typedConfig: packed})
export type Extension = NonNullable<typeof Extension.yields>

export const ConfigSource = message('config.core.v3.ConfigSource', {
  pathConfigSource: ignored(WHY.xds),
  path: ignored(WHY.xds),
  ads: ignored(WHY.xds),
  self: ignored(WHY.xds),
  apiConfigSource: ignored(WHY.xds),
  resourceApiVersion: ignored(WHY.xds),
  initialFetchTimeout: ignored(WHY.xds),
  authorities: ignored(WHY.xds),
})

export const HttpStatus = message('type.v3.HttpStatus', {code: text})
export type HttpStatus = NonNullable<typeof HttpStatus.yields>

export const HttpUri = message('config.core.v3.HttpUri', {uri: text, cluster: text, timeout: duration})

export const HttpProtocolOptions = message('config.core.v3.HttpProtocolOptions', {
  idleTimeout: duration,
  maxConnectionDuration: ignored('drains a connection, and ends no request'),
  maxHeadersCount: count,
  maxResponseHeadersKb: ignored(WHY.response),
  maxStreamDuration: duration,
  headersWithUnderscoresAction: text,
  maxRequestsPerConnection: ignored('every request asked about has a connection of its own'),
})
export type HttpProtocolOptions = NonNullable<typeof HttpProtocolOptions.yields>

export const Http1Options = message('config.core.v3.Http1ProtocolOptions', {
  allowAbsoluteUrl: wrappedFlag,
  acceptHttp10: flag,
  defaultHostForHttp10: text,
  headerKeyFormat: ignored('changes the case of headers sent on'),
  enableTrailers: ignored(WHY.upstreamRequest),
  allowChunkedLength: flag,
  overrideStreamErrorOnInvalidHttpMessage: ignored('says whether the connection is kept after the answer'),
  sendFullyQualifiedUrl: flag,
  useBalsaParser: wrappedFlag,
  allowCustomMethods: flag,
})
export type Http1Options = NonNullable<typeof Http1Options.yields>

export const Http2Options = message('config.core.v3.Http2ProtocolOptions', {
  hpackTableSize: ignored(WHY.buffers),
  maxConcurrentStreams: ignored('every request asked about has a connection of its own'),
  initialStreamWindowSize: ignored(WHY.buffers),
  initialConnectionWindowSize: ignored(WHY.buffers),
  allowConnect: ignored('extended CONNECT (RFC 8441) is not asked about'),
  maxOutboundFrames: ignored(WHY.buffers),
  maxOutboundControlFrames: ignored(WHY.buffers),
  overrideStreamErrorOnInvalidHttpMessage: ignored('says whether the connection is kept after the answer'),
  connectionKeepalive: ignored(WHY.sockets),
  maxConsecutiveInboundFramesWithEmptyPayload: ignored(WHY.buffers),
  maxInboundPriorityFramesPerStream: ignored(WHY.buffers),
  maxInboundWindowUpdateFramesPerDataFrameSent: ignored(WHY.buffers),
})

export const StringFormat = message('config.core.v3.SubstitutionFormatString', {
  textFormat: text,
  textFormatSource: one(DataSource),
  jsonFormat: ignored('what is not text is undecided'),
  omitEmptyValues: ignored('only leaves out empty JSON fields'),
  contentType: ignored(WHY.response),
  formatters: ignored('an operator that is not known is undecided'),
})
export type StringFormat = NonNullable<typeof StringFormat.yields>
