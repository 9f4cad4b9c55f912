import {constants, createHmac, createPublicKey, type JsonWebKey, timingSafeEqual, verify} from 'node:crypto'
import {own} from '../../../model/collections/own.js'
import {isStruct, type Json, type JsonStruct} from '../../../model/envoy/schema.js'

// Tokens as Envoy's JWT library reads them: https://www.rfc-editor.org/rfc/rfc7519, https://www.rfc-editor.org/rfc/rfc7515

export interface Token {
  readonly issuer: string
  readonly audiences: readonly string[]
  /** Seconds since 1970; 0 when the token has no such claim. */
  readonly notBefore: number
  readonly expires: number
  readonly algorithm: string
  readonly keyId: string
  readonly payload: JsonStruct
  readonly signed: string
  readonly signature: Buffer
}

/** A token, or why it is invalid, as Envoy's response code details word it. */
export type TokenReading = {readonly ok: true; readonly token: Token} | {readonly ok: false; readonly why: string}

const SHA: Readonly<Record<string, string>> = {'256': 'sha256', '384': 'sha384', '512': 'sha512'}
const ALGORITHMS = /^(?:(?:ES|HS|RS|PS)(?:256|384|512)|EdDSA)$/

function refused(why: string): TokenReading {
  return {ok: false, why}
}

/** Decodes base64url with full or no padding, ignoring white space; undefined when invalid. */
function base64url(text: string): Buffer | undefined {
  const [, digits = '', padding = ''] = /^([A-Za-z0-9_-]*)(=*)$/.exec(text.replace(/\s/g, '')) ?? []
  if (digits + padding !== text.replace(/\s/g, '') || digits.length % 4 === 1) return undefined
  if (padding !== '' && (digits.length + padding.length) % 4 !== 0) return undefined
  return padding.length > 2 ? undefined : Buffer.from(digits, 'base64url')
}

function jsonObject(bytes: Buffer): JsonStruct | undefined {
  try {
    const value: Json = JSON.parse(bytes.toString('utf8'))
    return isStruct(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isTexts(value: Json): value is readonly string[] {
  return Array.isArray(value) && value.every(each => typeof each === 'string')
}

const TEXT_CLAIMS = ['iss', 'sub'] as const
const TIME_CLAIMS = ['iat', 'nbf', 'exp'] as const

function claimFault(payload: JsonStruct): string | undefined {
  const has = (claim: string) => Object.hasOwn(payload, claim)
  for (const claim of TEXT_CLAIMS)
    if (has(claim) && typeof payload[claim] !== 'string') return `Jwt payload [${claim}] field is not a string`
  for (const claim of TIME_CLAIMS) {
    const value = payload[claim]
    if (!has(claim)) continue
    if (typeof value !== 'number') return `Jwt payload [${claim}] field is not an integer`
    if (value < 0 || value >= 2 ** 63) return `Jwt payload [${claim}] field is not a positive 64 bit integer`
  }
  if (has('jti') && typeof payload.jti !== 'string') return 'Jwt payload [jti] field is not a string'
  const {aud = ''} = payload
  if (typeof aud !== 'string' && !isTexts(aud)) return 'Jwt payload [aud] field is not a string or string list'
  return undefined
}

function headerFault(header: JsonStruct): string | undefined {
  const {alg, kid} = header
  if (typeof alg !== 'string') return 'Jwt header [alg] field is required and must be a string'
  if (!ALGORITHMS.test(alg)) return 'Jwt header [alg] is not supported'
  return kid === undefined || typeof kid === 'string' ? undefined : 'Jwt header [kid] field is not a string'
}

function textClaim(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

function timeClaim(value: Json | undefined): number {
  return typeof value === 'number' ? Math.trunc(value) : 0
}

function audiencesOf(payload: JsonStruct): readonly string[] {
  const {aud} = payload
  if (aud === undefined) return []
  return typeof aud === 'string' ? [aud] : isTexts(aud) ? aud : []
}

/** Parses a compact JWT; checks run in the order of Envoy's library and the first failure is reported. */
export function readToken(text: string): TokenReading {
  // Empty sections are ignored.
  const [head, body, tail, ...more] = text.split('.').filter(Boolean)
  if (head === undefined || body === undefined || tail === undefined || more.length > 0)
    return refused('Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections')
  const headBytes = base64url(head)
  if (headBytes === undefined) return refused('Jwt header is an invalid Base64url encoded')
  const header = jsonObject(headBytes)
  if (header === undefined) return refused('Jwt header is an invalid JSON')
  const badHeader = headerFault(header)
  if (badHeader !== undefined) return refused(badHeader)
  const bodyBytes = base64url(body)
  if (bodyBytes === undefined) return refused('Jwt payload is an invalid Base64url encoded')
  const payload = jsonObject(bodyBytes)
  if (payload === undefined) return refused('Jwt payload is an invalid JSON')
  const badClaim = claimFault(payload)
  if (badClaim !== undefined) return refused(badClaim)
  const signature = base64url(tail)
  if (signature === undefined) return refused('Jwt signature is an invalid Base64url encoded')
  const token: Token = {
    issuer: textClaim(payload.iss),
    audiences: audiencesOf(payload),
    notBefore: timeClaim(payload.nbf),
    expires: timeClaim(payload.exp),
    algorithm: textClaim(header.alg),
    keyId: textClaim(header.kid),
    payload,
    signed: `${head}.${body}`,
    signature,
  }
  return {ok: true, token}
}

/** The keys of a key set (RFC 7517); undefined when it cannot be read. */
export function readKeys(text: string): readonly JsonStruct[] | undefined {
  const set = jsonObject(Buffer.from(text))
  const keys = set?.keys
  if (!Array.isArray(keys)) return undefined
  return (keys as readonly Json[]).filter(isStruct)
}

function hmacFits(token: Token, key: JsonStruct): boolean {
  const secret = Buffer.from(textClaim(key.k), 'base64url')
  const made = createHmac(own(SHA, token.algorithm.slice(2)) ?? 'sha256', secret)
    .update(token.signed)
    .digest()
  return made.length === token.signature.length && timingSafeEqual(made, token.signature)
}

const KEY_TYPES: Readonly<Record<string, string>> = {RS: 'RSA', PS: 'RSA', ES: 'EC', HS: 'oct', Ed: 'OKP'}

function signatureFits(token: Token, key: JsonStruct): boolean {
  const family = token.algorithm.slice(0, 2)
  if (key.kty !== own(KEY_TYPES, family)) return false
  if (family === 'HS') return hmacFits(token, key)
  try {
    const publicKey = createPublicKey({key: key as JsonWebKey, format: 'jwk'})
    const digest = family === 'Ed' ? null : (own(SHA, token.algorithm.slice(2)) ?? null)
    const padding =
      family === 'PS' ? {padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST} : {}
    const how = {key: publicKey, dsaEncoding: 'ieee-p1363' as const, ...padding}
    return verify(digest, Buffer.from(token.signed), how, token.signature)
  } catch {
    return false
  }
}

/** Why a token's signature is rejected; undefined when it verifies with one of the keys. */
export function signatureFault(token: Token, keys: readonly JsonStruct[]): string | undefined {
  const fitting = keys.filter(key => {
    const kid = textClaim(key.kid)
    const alg = textClaim(key.alg)
    return (token.keyId === '' || kid === '' || kid === token.keyId) && (alg === '' || alg === token.algorithm)
  })
  if (fitting.length === 0) return "Jwks doesn't have key to match kid or alg from Jwt"
  return fitting.some(key => signatureFits(token, key)) ? undefined : 'Jwt verification fails'
}
