import type {DataSource} from '../../../model/envoy/core.js'
import {JwtAuthn, JwtPerRoute, type JwtProvider, type JwtRequirement} from '../../../model/envoy/filters.js'
import type {HttpFilter} from '../../../model/envoy/http.js'
import {isStruct, type Json, unpack} from '../../../model/envoy/schema.js'
import {routeMatches} from '../http/route-match.js'
import {answers, type FilterResult, goesOn, type HttpState} from '../http/state.js'
import {type Headers, withHeader, withoutHeaders} from '../matching/headers.js'
import {asciiLower} from '../matching/strings.js'
import {jsonAt} from '../matching/values.js'
import {known, undecided} from '../undecided.js'
import {isPreflight} from './cors.js'
import {type FoundToken, tokensOf, withoutToken} from './jwt-locations.js'
import {readKeys, readToken, signatureFault, type Token} from './jwt-token.js'
import {routeConfigOf} from './overrides.js'

// jwt_authn: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/jwt_authn_filter

interface Verdict {
  /** Undefined when the requirement is satisfied. */
  readonly why: string | undefined
  /** Providers whose token was valid, with its payload. */
  readonly good: readonly {readonly provider: JwtProvider; readonly found: FoundToken; readonly token: Token}[]
}

const MISSING = 'Jwt is missing'
const UNKNOWN_ISSUER = 'Jwt issuer is not configured'
const WRONG_AUDIENCE = 'Audiences in Jwt are not allowed'
const DEFAULT_SKEW = 60

interface Scene {
  readonly state: HttpState
  readonly config: JwtAuthn
}

function keysOf(provider: JwtProvider): NonNullable<ReturnType<typeof readKeys>> {
  const local: DataSource | undefined = provider.localJwks
  const text =
    local?.inlineString ??
    (local?.inlineBytes === undefined ? undefined : Buffer.from(local.inlineBytes, 'base64').toString())
  if (text === undefined) undecided('the keys of a JWT provider are not in the dump', provider.at)
  return readKeys(text) ?? undecided('the keys of a JWT provider cannot be read', provider.at)
}

function audienceFits(wanted: readonly string[], token: Token): boolean {
  return wanted.length === 0 || token.audiences.some(each => wanted.map(bare).includes(bare(each)))
}

/** Audiences are compared without scheme and trailing slash, as Envoy does. */
function bare(audience: string): string {
  return audience.replace(/^https?:\/\//, '').replace(/\/$/, '')
}

function faultOf(token: Token, provider: JwtProvider, audiences: readonly string[], now: number): string | undefined {
  const p = known(provider, 'a JWT provider')
  if (p.maxLifetime !== undefined) undecided('max_lifetime of a JWT provider', p.at)
  const skew = p.clockSkewSeconds || DEFAULT_SKEW
  const seconds = now / 1000
  if (token.notBefore > 0 && token.notBefore > seconds + skew) return 'Jwt not yet valid'
  if (token.expires > 0 && token.expires + skew < seconds) return 'Jwt is expired'
  if (!audienceFits(audiences.length > 0 ? audiences : p.audiences, token)) return WRONG_AUDIENCE
  if (token.expires === 0 && p.requireExpiration) return 'Jwt verification fails'
  return signatureFault(token, keysOf(p))
}

/** Why one token is rejected; undefined when it is valid. */
function refusalOf(
  scene: Scene,
  found: FoundToken,
  provider: JwtProvider | undefined,
  audiences: readonly string[],
): {readonly why: string} | {readonly provider: JwtProvider; readonly token: Token} {
  const reading = readToken(found.text)
  if (!reading.ok) return {why: reading.why}
  const {token} = reading
  const allowed = found.issuers.some(issuer => issuer === '' || issuer === token.issuer)
  const providers = [...scene.config.providers.values()]
  const of = (issuer: string) => providers.find(one => (one.issuer ?? '') === issuer)
  // A provider without an issuer takes the tokens that no other is for (measured on Envoy 1.40).
  const by = provider ?? of(token.issuer) ?? of('')
  if (!allowed || by === undefined) return {why: UNKNOWN_ISSUER}
  if (provider !== undefined && (provider.issuer ?? '') !== '' && provider.issuer !== token.issuer)
    return {why: UNKNOWN_ISSUER}
  const why = faultOf(token, by, audiences, scene.state.surroundings.now)
  return why === undefined ? {provider: by, token} : {why}
}

/**
 * Checks every token found, the last one first. The first fault ends it; a lenient requirement goes on, and the token
 * checked last decides.
 */
function checkTokens(
  scene: Scene,
  found: readonly FoundToken[],
  provider: JwtProvider | undefined,
  audiences: readonly string[],
  lenient: boolean,
): Verdict {
  if (found.length === 0) return {why: MISSING, good: []}
  const good: Verdict['good'][number][] = []
  let last: string | undefined
  for (const each of [...found].reverse()) {
    const result = refusalOf(scene, each, provider, audiences)
    last = 'why' in result ? result.why : undefined
    if (!('why' in result)) good.push({provider: result.provider, found: each, token: result.token})
    else if (!lenient) return {why: last, good}
  }
  return {why: last, good}
}

function byProvider(scene: Scene, name: string, audiences: readonly string[]): Verdict {
  const provider = scene.config.providers.get(name)
  if (provider === undefined) undecided(`JWT provider ${name} is not configured`, scene.config.at)
  return checkTokens(scene, tokensOf(scene.state.headers, [provider]), provider, audiences, false)
}

function anyProvider(scene: Scene): Verdict {
  const providers = [...scene.config.providers.values()]
  return checkTokens(scene, tokensOf(scene.state.headers, providers), undefined, [], true)
}

/** The request as the next requirement sees it: a valid token without `forward` is removed from its header or query at once. */
function afterTokens(scene: Scene, {good}: Verdict): Scene {
  const taken = good.filter(({provider}) => !provider.forward)
  if (taken.length === 0) return scene
  const headers = taken.reduce<Headers>(
    (before, {found, provider}) => withoutToken(before, found, provider.at),
    scene.state.headers,
  )
  return {...scene, state: {...scene.state, headers}}
}

function all(first: Scene, requirements: readonly JwtRequirement[]): Verdict {
  let scene = first
  let good: Verdict['good'] = []
  for (const each of requirements) {
    const verdict = meets(scene, each)
    scene = afterTokens(scene, verdict)
    good = [...good, ...verdict.good]
    if (verdict.why !== undefined) return {why: verdict.why, good}
  }
  return {why: undefined, good}
}

/** Which of several failures is reported: a specific one before an unknown issuer, an unknown issuer before a missing token. */
function reported(faults: readonly string[]): string {
  const specific = faults.filter(each => each !== MISSING && each !== UNKNOWN_ISSUER)
  return specific.at(-1) ?? (faults.includes(UNKNOWN_ISSUER) ? UNKNOWN_ISSUER : MISSING)
}

/** One satisfied requirement is enough. `allow_missing` among them accepts a request without any token, `allow_missing_or_failed` every request. */
function any(first: Scene, requirements: readonly JwtRequirement[]): Verdict {
  const passes = requirements.filter(each => each.allowMissing || each.allowMissingOrFailed)
  const others = requirements.filter(each => !passes.includes(each))
  const alone = others.length === 0 ? (passes.find(each => each.allowMissingOrFailed) ?? passes[0]) : undefined
  if (alone !== undefined) return meets(first, alone)
  let scene = first
  const faults: string[] = []
  let good: Verdict['good'] = []
  for (const each of others) {
    const verdict = meets(scene, each)
    scene = afterTokens(scene, verdict)
    good = [...good, ...verdict.good]
    if (verdict.why === undefined) return {why: undefined, good}
    faults.push(verdict.why)
  }
  const why = reported(faults)
  const lets = passes.some(each => each.allowMissingOrFailed) || (passes.length > 0 && why === MISSING)
  return {why: lets ? undefined : why, good}
}

function meets(scene: Scene, requirement: JwtRequirement): Verdict {
  const r = known(requirement, 'a JWT requirement')
  if (r.providerName !== undefined) return byProvider(scene, r.providerName, [])
  if (r.providerAndAudiences !== undefined)
    return byProvider(scene, r.providerAndAudiences.providerName ?? '', r.providerAndAudiences.audiences)
  if (r.requiresAny !== undefined) return any(scene, r.requiresAny.requirements)
  if (r.requiresAll !== undefined) return all(scene, r.requiresAll.requirements)
  const verdict = anyProvider(scene)
  if (r.allowMissingOrFailed) return {...verdict, why: undefined}
  if (r.allowMissing && verdict.why === MISSING) return {...verdict, why: undefined}
  return verdict
}

function requirementOf(scene: Scene, filter: HttpFilter): JwtRequirement | undefined {
  const {config, state} = scene
  const override = routeConfigOf(state, filter, JwtPerRoute)
  const named = (name: string) => config.requirementMap.get(name) ?? undecided(`JWT requirement ${name}`, config.at)
  if (override?.disabled) return undefined
  if (override?.requirementName) return named(override.requirementName)
  for (const rule of config.rules) {
    const {match, requires, requirementName} = known(rule, 'a JWT rule')
    if (match === undefined || !routeMatches(match, state)) continue
    return requirementName ? named(requirementName) : requires
  }
  return undefined
}

function normalized(token: Token, provider: JwtProvider): Json {
  const split = new Set(provider.normalizePayloadInMetadata?.spaceDelimitedClaims ?? [])
  return Object.fromEntries(
    Object.entries(token.payload).map(([claim, value]) =>
      split.has(claim) && typeof value === 'string' ? [claim, value.split(' ').filter(Boolean)] : [claim, value],
    ),
  )
}

const NAMESPACE = 'envoy.filters.http.jwt_authn'

/** Headers that only a valid token may set: a client that sends them itself is not believed. */
function ownHeaders(provider: JwtProvider): readonly string[] {
  const byClaims = provider.claimToHeaders.map(each => each.headerName ?? '')
  return [provider.forwardPayloadHeader ?? '', ...byClaims].filter(each => each !== '').map(asciiLower)
}

/** The headers with what a valid token adds: its payload, and its claims. */
function withClaims(headers: Headers, provider: JwtProvider, token: Token): Headers {
  const payload = token.signed.split('.')[1] ?? ''
  const forward = provider.forwardPayloadHeader
  const first = forward ? withHeader(headers, asciiLower(forward), payload) : headers
  return provider.claimToHeaders.reduce<Headers>((before, each) => {
    const {headerName = '', claimName = ''} = known(each, 'a claim copied to a header')
    const value = jsonAt(token.payload, claimName.split('.'))
    if (value === undefined) return before
    const isText = typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value)
    if (!isText) undecided('a claim that is not text, copied to a header', each.at)
    return withHeader(before, asciiLower(headerName), String(value))
  }, first)
}

function afterGood(state: HttpState, config: JwtAuthn, {good}: Verdict): HttpState {
  let {metadata} = state
  let headers = withoutHeaders(state.headers, [...config.providers.values()].flatMap(ownHeaders))
  let clear = false
  for (const {provider, found, token} of good) {
    const key = provider.payloadInMetadata
    if (provider.headerInMetadata || provider.failedStatusInMetadata)
      undecided('a JWT provider that copies its header or its verdict to metadata', provider.at)
    if (key) {
      const before = metadata.get(NAMESPACE)
      const kept = isStruct(before) ? before : {}
      metadata = new Map(metadata).set(NAMESPACE, {...kept, [key]: normalized(token, provider)})
    }
    if (!provider.forward) headers = withoutToken(headers, found, provider.at)
    headers = withClaims(headers, provider, token)
    clear ||= provider.clearRouteCache
  }
  return {...state, headers, metadata, chosen: clear ? undefined : state.chosen}
}

/** Checks the tokens of a request; afterwards `chosen` is undefined if the route must be selected again. */
export function runJwtAuthn(state: HttpState, filter: HttpFilter): FilterResult {
  const config = unpack(filter.typedConfig, JwtAuthn)
  if (config === undefined) undecided('jwt_authn without configuration', filter.at)
  if (known(config, 'jwt_authn').filterStateRules) undecided('filter_state_rules of jwt_authn', config.at)
  if (config.bypassCorsPreflight && isPreflight(state.headers)) return goesOn(state)
  const scene: Scene = {state, config}
  const requirement = requirementOf(scene, filter)
  if (requirement === undefined) return goesOn(state)
  const verdict = meets(scene, requirement)
  if (verdict.why === undefined) return goesOn(afterGood(state, config, verdict))
  return answers(state, {
    by: 'jwt',
    status: verdict.why === WRONG_AUDIENCE ? 403 : 401,
    flags: [],
    details: `jwt_authn_access_denied{${verdict.why.replace(/\s/g, '_')}}`,
    text: `jwt_authn refuses the request: ${verdict.why}`,
    at: requirement.at,
  })
}
