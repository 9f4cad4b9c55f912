import {DataSource} from './core.js'
import {StringMatcher} from './matching.js'
import {flag, ignored, list, message, one, packed, text, WHY, wrappedFlag} from './schema.js'

// extensions.transport_sockets.tls.v3: https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/transport_sockets/tls/v3/tls.proto

const TLS = 'extensions.transport_sockets.tls.v3.'

export const ValidationContext = message(`${TLS}CertificateValidationContext`, {
  trustedCa: one(DataSource),
  watchedDirectory: ignored(WHY.xds),
  verifyCertificateSpki: list(text),
  verifyCertificateHash: list(text),
  matchTypedSubjectAltNames: list(
    one(
      message(`${TLS}SubjectAltNameMatcher`, {
        sanType: text,
        matcher: one(StringMatcher),
        oid: ignored('SANs of other kinds are undecided'),
      }),
    ),
  ),
  matchSubjectAltNames: list(one(StringMatcher)),
  allowExpiredCertificate: flag,
  trustChainVerification: text,
})
export type ValidationContext = NonNullable<typeof ValidationContext.yields>

export const SdsSecret = message(`${TLS}SdsSecretConfig`, {name: text, sdsConfig: ignored(WHY.xds)})

export const TlsCertificate = message(`${TLS}TlsCertificate`, {
  certificateChain: ignored('the certificate shown to a client, which every client here takes'),
  privateKey: ignored('a key is never read'),
  password: ignored('a key is never read'),
  pkcs12: ignored('a key is never read'),
  watchedDirectory: ignored(WHY.xds),
  privateKeyProvider: ignored('a key is never read'),
  ocspStaple: ignored('clients here do not ask for it'),
})

export const CommonTlsContext = message(`${TLS}CommonTlsContext`, {
  tlsParams: ignored('clients here speak TLS 1.2 and 1.3 with all suites and curves'),
  tlsCertificates: list(one(TlsCertificate)),
  tlsCertificateSdsSecretConfigs: list(one(SdsSecret)),
  validationContext: one(ValidationContext),
  validationContextSdsSecretConfig: one(SdsSecret),
  combinedValidationContext: one(
    message(`${TLS}CommonTlsContext.CombinedCertificateValidationContext`, {
      defaultValidationContext: one(ValidationContext),
      validationContextSdsSecretConfig: one(SdsSecret),
    }),
  ),
  alpnProtocols: list(text),
  keyLog: ignored(WHY.logs),
})
export type CommonTlsContext = NonNullable<typeof CommonTlsContext.yields>

export const DownstreamTls = message(`${TLS}DownstreamTlsContext`, {
  commonTlsContext: one(CommonTlsContext),
  requireClientCertificate: wrappedFlag,
  requireSni: wrappedFlag,
  sessionTicketKeys: ignored('sessions are not resumed here'),
  disableStatelessSessionResumption: ignored('sessions are not resumed here'),
  disableStatefulSessionResumption: ignored('sessions are not resumed here'),
  sessionTimeout: ignored('sessions are not resumed here'),
  ocspStaplePolicy: ignored('clients here do not ask for it'),
  preferClientCiphers: ignored('clients here take every suite'),
})
export type DownstreamTls = NonNullable<typeof DownstreamTls.yields>

export const UpstreamTls = message(`${TLS}UpstreamTlsContext`, {
  commonTlsContext: one(CommonTlsContext),
  sni: text,
  autoHostSni: flag,
  autoSniSanValidation: flag,
  allowRenegotiation: ignored('TLS 1.3 has none'),
  maxSessionKeys: ignored('sessions are not resumed here'),
  enforceRsaKeyUsage: ignored('certificates here carry the usual key usage'),
})
export type UpstreamTls = NonNullable<typeof UpstreamTls.yields>

export const RawBuffer = message('extensions.transport_sockets.raw_buffer.v3.RawBuffer', {})
export const InternalUpstream = message('extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport', {
  passthroughMetadata: ignored('handed to an internal listener'),
  transportSocket: one(message('config.core.v3.TransportSocket', {name: text, typedConfig: packed})),
})
export const TlsSecret = message(`${TLS}Secret`, {
  name: text,
  tlsCertificate: ignored('a key is never read'),
  validationContext: one(ValidationContext),
  sessionTicketKeys: ignored('sessions are not resumed here'),
  genericSecret: ignored('a key is never read'),
})
