import type {Extension} from '../../../model/envoy/core.js'
import type {HandshakeFailure} from '../../../model/envoy/decision.js'
import type {FilterChain} from '../../../model/envoy/listener.js'
import type {ClientCertificate, EnvoyRequest} from '../../../model/envoy/request.js'
import {unpack} from '../../../model/envoy/schema.js'
import {type CommonTlsContext, DownstreamTls, RawBuffer, type ValidationContext} from '../../../model/envoy/tls.js'
import type {AgreedTls} from '../connection.js'
import {stringMatches} from '../matching/strings.js'
import {anyOf, known, undecided} from '../undecided.js'

// TLS of listeners: https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/security/ssl

/** Why a handshake fails, as a sentence. */
export const FAILURES: Readonly<Record<HandshakeFailure, string>> = {
  'plain-text': 'the client speaks plaintext',
  'no-sni': 'the client sends no SNI',
  'no-certificate': 'the client shows no certificate',
  'untrusted-certificate': 'the client certificate is not signed by the trusted root',
  'expired-certificate': 'the client certificate is expired',
  'other-names': 'the names in the client certificate do not match',
}

export type Handshake =
  | {readonly kind: 'plain'}
  | {readonly kind: 'agreed'; readonly tls: AgreedTls}
  | {readonly kind: 'failed'; readonly failure: HandshakeFailure}

/** The validation rules for a peer certificate: those of the context and those of its secret. */
export function validationOf(context: CommonTlsContext): {
  readonly rules: readonly ValidationContext[]
  /** A secret holds trusted roots too. */
  readonly secret: boolean
} {
  const combined = context.combinedValidationContext
  const rules = [context.validationContext, combined?.defaultValidationContext].filter(each => each !== undefined)
  const secret = context.validationContextSdsSecretConfig ?? combined?.validationContextSdsSecretConfig
  return {rules: rules.map(each => known(each, 'a validation context')), secret: secret !== undefined}
}

const SAN_TYPES: Readonly<Record<string, 'uriSans' | 'dnsSans'>> = {URI: 'uriSans', DNS: 'dnsSans'}

/** Names a certificate carries. */
export interface CertificateNames {
  readonly uriSans: readonly string[]
  readonly dnsSans: readonly string[]
}

/** Whether a certificate's names match a validation context; one without name rules matches all. */
export function namesFit(rules: ValidationContext, names: CertificateNames): boolean {
  if (rules.verifyCertificateHash.length + rules.verifyCertificateSpki.length > 0)
    undecided('a certificate pinned by its hash', rules.at)
  const typed = rules.matchTypedSubjectAltNames
  const plain = rules.matchSubjectAltNames
  if (typed.length + plain.length === 0) return true
  const typedFits = anyOf(typed, each => {
    const {sanType = '', matcher} = known(each, 'a SAN matcher')
    const kind = Object.hasOwn(SAN_TYPES, sanType) ? SAN_TYPES[sanType] : undefined
    if (kind === undefined) undecided(`SAN type ${sanType}`, each.at)
    return anyOf(names[kind], name => stringMatches(matcher, name))
  })
  return (
    typedFits || anyOf(plain, each => anyOf([...names.uriSans, ...names.dnsSans], name => stringMatches(each, name)))
  )
}

/** Why a certificate is rejected; undefined when it is accepted. */
function refusal(context: CommonTlsContext, certificate: ClientCertificate): HandshakeFailure | undefined {
  const {rules} = validationOf(context)
  if (rules.some(each => each.trustChainVerification === 'ACCEPT_UNTRUSTED')) return undefined
  if (!certificate.trusted) return 'untrusted-certificate'
  if (certificate.expired && !rules.some(each => each.allowExpiredCertificate)) return 'expired-certificate'
  if (!rules.every(each => namesFit(each, certificate))) return 'other-names'
  return undefined
}

/** The first of the server's protocols the client offers. */
function agreedAlpn(own: readonly string[], offered: readonly string[]): string {
  return own.flatMap(each => each.split(',')).find(each => offered.includes(each)) ?? ''
}

function contextOf(socket: Extension): DownstreamTls | undefined {
  if (unpack(socket.typedConfig, RawBuffer) !== undefined) return undefined
  const tls = unpack(socket.typedConfig, DownstreamTls)
  return tls ?? undecided(`transport socket ${socket.name ?? socket.typedConfig?.type ?? ''}`, socket.at)
}

function withContext(tls: DownstreamTls, request: EnvoyRequest): Handshake {
  const {commonTlsContext, requireClientCertificate = false, requireSni = false} = known(tls, 'a TLS context')
  if (commonTlsContext === undefined) undecided('a TLS context without common_tls_context', tls.at)
  const context = known(commonTlsContext, 'a TLS context')
  const client = request.tls
  if (client === undefined) return {kind: 'failed', failure: 'plain-text'}
  if (requireSni && client.sni === '') return {kind: 'failed', failure: 'no-sni'}
  const {rules, secret} = validationOf(context)
  const validates = secret || rules.some(each => each.trustedCa !== undefined)
  // SAN matchers require a certificate, just as the flag does.
  const named = rules.some(each => each.matchTypedSubjectAltNames.length + each.matchSubjectAltNames.length > 0)
  const demanded = requireClientCertificate || (validates && named)
  const certificate = validates || demanded ? client.certificate : undefined
  if (certificate === undefined && demanded) return {kind: 'failed', failure: 'no-certificate'}
  const refused = certificate !== undefined && validates ? refusal(context, certificate) : undefined
  if (refused !== undefined) return {kind: 'failed', failure: refused}
  const alpn = agreedAlpn(context.alpnProtocols, client.alpn)
  return {kind: 'agreed', tls: {alpn, certificate, validated: validates && certificate !== undefined}}
}

/** The result of the chain's transport socket on the client's first bytes. */
export function handshake(chain: FilterChain, request: EnvoyRequest): Handshake {
  const context = chain.transportSocket === undefined ? undefined : contextOf(chain.transportSocket)
  return context === undefined ? {kind: 'plain'} : withContext(context, request)
}
