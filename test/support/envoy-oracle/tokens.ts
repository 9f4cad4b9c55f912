import {createHmac, generateKeyPairSync, type KeyObject, sign} from 'node:crypto'
import type {Random} from '../seeded.js'
import {oneIn, pick, some} from './matchers.js'

type Json = Readonly<Record<string, unknown>>

/** Tokens good and bad, and the key set that knows their keys. */
export interface TokenWorld {
  readonly jwks: string
  readonly tokens: readonly string[]
}

const ISSUERS = ['https://one.example', 'https://two.example', 'https://unknown.example', ''] as const

function part(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}

interface Keys {
  readonly rsa: KeyObject
  readonly ec: KeyObject
  readonly stranger: KeyObject
  readonly secret: Buffer
}

function signed(keys: Keys, header: Json, payload: unknown): string {
  const text = `${part(header)}.${part(payload)}`
  const {alg} = header
  if (alg === 'HS256') return `${text}.${createHmac('sha256', keys.secret).update(text).digest('base64url')}`
  if (alg === 'none') return `${text}.`
  const key = header.kid === 'stranger' ? keys.stranger : alg === 'ES256' ? keys.ec : keys.rsa
  const signature = sign('sha256', Buffer.from(text), {key, dsaEncoding: 'ieee-p1363'})
  return `${text}.${signature.toString('base64url')}`
}

function claims(random: Random, now: number): Json {
  const maybe = (n: number, more: Json): Json => (oneIn(random, n) ? more : {})
  const issuer = pick(random, [...ISSUERS, ISSUERS[0], ISSUERS[0], ISSUERS[1]])
  return {
    ...(issuer === '' ? {} : {iss: issuer}),
    ...(oneIn(random, 4) ? {} : {exp: now + pick(random, [3600, 3600, 3600, -3600, -30])}),
    ...maybe(5, {nbf: now + pick(random, [-60, 30, 3600])}),
    ...maybe(2, {aud: pick<unknown>(random, ['reviews', 'other', ['x', 'reviews'], 'https://reviews/', []])}),
    ...maybe(2, {group: pick<unknown>(random, ['admin', ['dev', 'admin'], ['dev'], 'a b'])}),
    ...maybe(3, {scope: pick(random, ['read write', 'read'])}),
    ...maybe(20, pick<Json>(random, [{iss: 5}, {exp: 'soon'}, {aud: 7}, {sub: []}, {exp: -1}])),
  }
}

const HEADERS: readonly Json[] = [
  {alg: 'RS256', kid: 'rsa'},
  {alg: 'RS256', kid: 'rsa'},
  {alg: 'RS256', kid: 'rsa'},
  {alg: 'RS256'},
  {alg: 'ES256', kid: 'ec'},
  {alg: 'HS256', kid: 'mac'},
  {alg: 'RS256', kid: 'stranger'},
  {alg: 'RS256', kid: 'ec'},
  {alg: 'ES256', kid: 'rsa'},
  {alg: 'none'},
  {alg: 'XX1'},
  {alg: 5},
  {alg: 'RS256', kid: 5},
]

const DAMAGE: readonly ((token: string) => string)[] = [
  token => token,
  token => token,
  token => token,
  token => token,
  token => token,
  token => token,
  token => token.slice(0, -6),
  token => `${token}=`,
  token => `${token}==`,
  token => token.replace('.', '..'),
  token => token.replace(/\.[^.]*$/, ''),
  token => token.replace('.', ''),
  token => `${token.slice(0, 5)}!${token.slice(5)}`,
  token => token.replace(/\.(.)/, '.A$1'),
  () => 'junk',
  () => `${part('no json')}.${part('{}')}.AA`,
  () => `${part({alg: 'RS256'})}.${part('[]')}.AA`,
]

/** Keys made for one run, and a pool of tokens signed with them. */
export function tokenWorld(random: Random, now: number): TokenWorld {
  const rsa = generateKeyPairSync('rsa', {modulusLength: 2048})
  const ec = generateKeyPairSync('ec', {namedCurve: 'P-256'})
  const stranger = generateKeyPairSync('rsa', {modulusLength: 2048})
  const secret = Buffer.from('0123456789abcdef0123456789abcdef')
  const keys: Keys = {rsa: rsa.privateKey, ec: ec.privateKey, stranger: stranger.privateKey, secret}
  const jwk = (key: KeyObject, more: Json) => ({...key.export({format: 'jwk'}), ...more})
  const set = [
    jwk(rsa.publicKey, {kid: 'rsa', alg: 'RS256', use: 'sig'}),
    jwk(ec.publicKey, {kid: 'ec', alg: 'ES256'}),
    {kty: 'oct', kid: 'mac', alg: 'HS256', k: secret.toString('base64url')},
  ]
  const tokens = some(random, 40, 40, () =>
    pick(random, DAMAGE)(signed(keys, pick(random, HEADERS), claims(random, now))),
  )
  return {jwks: JSON.stringify({keys: set}), tokens}
}

const PROVIDERS = ['one', 'two'] as const

function requirement(random: Random, depth = 0): Json {
  const inner = () => requirement(random, depth + 1)
  if (depth < 2 && oneIn(random, 2))
    return pick<() => Json>(random, [
      () => ({requires_any: {requirements: some(random, 2, 3, inner)}}),
      () => ({requires_all: {requirements: some(random, 2, 2, inner)}}),
    ])()
  return pick<Json>(random, [
    {provider_name: pick(random, PROVIDERS)},
    {provider_name: pick(random, PROVIDERS)},
    {provider_and_audiences: {provider_name: pick(random, PROVIDERS), audiences: ['other']}},
    {allow_missing: {}},
    {allow_missing_or_failed: {}},
  ])
}

/** A random jwt_authn filter over the world's keys. */
export function jwtAuthn(random: Random, {jwks}: TokenWorld): Json {
  const provider = (issuer: string) => ({
    ...(oneIn(random, 8) ? {} : {issuer}),
    local_jwks: {inline_string: jwks},
    payload_in_metadata: 'payload',
    forward: oneIn(random, 2),
    ...(oneIn(random, 3) ? {audiences: ['reviews']} : {}),
    ...(oneIn(random, 3) ? {require_expiration: true} : {}),
    ...(oneIn(random, 3) ? {clear_route_cache: true} : {}),
    ...(oneIn(random, 3)
      ? {from_headers: [{name: 'x-token', ...(oneIn(random, 2) ? {value_prefix: 'tok '} : {})}]}
      : {}),
    ...(oneIn(random, 3)
      ? {claim_to_headers: [{header_name: 'X-Ver', claim_name: pick(random, ['group', 'iss', 'none'])}]}
      : {}),
    ...(oneIn(random, 6) ? {forward_payload_header: 'x-n'} : {}),
    ...(oneIn(random, 4) ? {from_params: ['tok']} : {}),
    ...(oneIn(random, 2) ? {normalize_payload_in_metadata: {space_delimited_claims: ['scope', 'group']}} : {}),
  })
  return {
    providers: {one: provider(ISSUERS[0]), two: provider(ISSUERS[1])},
    bypass_cors_preflight: oneIn(random, 2),
    rules: some(random, 1, 3, () => ({
      match: pick<Json>(random, [{prefix: '/'}, {prefix: '/api'}, {path: '/admin'}, {prefix: '/a'}]),
      ...(oneIn(random, 6) ? {} : {requires: requirement(random)}),
    })),
  }
}

/** Where a request carries tokens: more headers, and a query. */
export function carried(
  random: Random,
  {tokens}: TokenWorld,
): {readonly headers: readonly (readonly [string, string])[]; readonly query: string} {
  const token = () => pick(random, tokens)
  const headers: readonly (() => readonly [string, string])[] = [
    () => ['authorization', `Bearer ${token()}`],
    () => ['authorization', `Bearer ${token()}`],
    () => ['authorization', `bearer ${token()}`],
    () => ['x-token', token()],
    () => ['x-token', `tok ${token()}`],
  ]
  return {
    headers: some(random, 0, 2, () => pick(random, headers)()),
    query: oneIn(random, 4) ? `${pick(random, ['tok', 'access_token'])}=${token()}` : '',
  }
}
