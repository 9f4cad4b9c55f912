import {own} from '../../model/collections/own.js'
import type {Json} from '../../model/envoy/schema.js'
import type {AskedRequest} from './asked.js'
import {anyTrue, type Truth} from './truth.js'
import {accountFits, addressFits, domainFits, fits, identityFits, namespaceFits, pathFits} from './values.js'

/** What a field needs besides the request. */
export interface FieldContext {
  readonly policyNamespace: string
  /** The identities a principal of a policy stands for: itself, and its twins in other trust domains of the mesh. */
  readonly twins: (principal: string) => readonly string[]
  /** The trust domains one of a policy stands for, likewise. */
  readonly domains: (trustDomain: string) => readonly string[]
}

type Test = (value: string, asked: AskedRequest, context: FieldContext) => Truth

/** A test of something that may be known to be absent, which fits no value, or not be known at all. */
function of<T>(
  pick: (asked: AskedRequest) => T | null | undefined,
  test: (got: T, value: string, context: FieldContext) => Truth,
): Test {
  return (value, asked, context) => {
    const got = pick(asked)
    return got === null ? false : got === undefined ? undefined : test(got, value, context)
  }
}

const identity = (test: (value: string, identity: string, context: FieldContext) => boolean): Test =>
  of(
    asked => asked.identity,
    (got, value, context) => test(value, got, context),
  )

const principal = identity((value, got, {twins}) => twins(value).some(each => identityFits(each, got)))
const account = identity((value, got, {policyNamespace}) => accountFits(value, got, policyNamespace))
const domain = identity((value, got, {domains}) => domains(value).some(each => domainFits(each, got)))
const namespace = identity(namespaceFits)
const direct = of(
  asked => asked.directIp,
  (got, value) => addressFits(value, got),
)
const remote = of(
  asked => asked.remoteIp,
  (got, value) => addressFits(value, got),
)
const port = of(
  asked => asked.port,
  (got, value) => got === Number(value),
)

function textsIn(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter(each => typeof each === 'string') : []
}

function at(value: Json | undefined, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (found, name) =>
      typeof found === 'object' && found !== null && !Array.isArray(found)
        ? own(found as {readonly [key: string]: Json}, name)
        : undefined,
    value,
  )
}

function claim(path: readonly string[]): Test {
  return of(
    asked => asked.claims,
    (got, value) => textsIn(at(got, path)).some(each => fits(value, each)),
  )
}

/** A claim that must be text to fit, whatever the value. */
function textClaim(claims: {readonly [name: string]: Json}, name: string, value: string): boolean {
  const got = own(claims, name)
  return typeof got === 'string' && fits(value, got)
}

/** `ISSUER/SUBJECT`, divided at the last slash; a `*` at one end leaves that end open. */
const requestPrincipal = of(
  asked => asked.claims,
  (claims, value) => {
    const slash = value.lastIndexOf('/')
    const whole = slash < 0
    if (value === '*') return textClaim(claims, 'iss', '*') && textClaim(claims, 'sub', '*')
    if (whole && value.startsWith('*')) return textClaim(claims, 'iss', '*') && textClaim(claims, 'sub', value)
    if (whole && value.endsWith('*')) return textClaim(claims, 'iss', value) && textClaim(claims, 'sub', '*')
    if (whole) return textClaim(claims, 'iss', value) && textClaim(claims, 'sub', '')
    return textClaim(claims, 'iss', value.slice(0, slash)) && textClaim(claims, 'sub', value.slice(slash + 1))
  },
)

function header(name: string): Test {
  const wanted = name.toLowerCase()
  const pseudo: Readonly<Record<string, (asked: AskedRequest) => string | null | undefined>> = {
    ':authority': asked => asked.host,
    host: asked => asked.host,
    ':method': asked => asked.method,
  }
  const pick = own(pseudo, wanted)
  if (pick !== undefined) return of(pick, (got, value) => value === '*' || fits(value, got))
  return of(
    asked => asked.headers,
    (got, value) => {
      const values = got.filter(([each]) => each === wanted).map(([, each]) => each)
      return value === '*' ? values.length > 0 : values.some(each => fits(value, each))
    },
  )
}

const host = of(
  asked => asked.host,
  (got, value) => value === '*' || fits(value.toLowerCase(), got.toLowerCase()),
)

const FIELDS: Readonly<Record<string, Test>> = {
  principals: principal,
  'source.principal': principal,
  serviceAccounts: account,
  'source.serviceAccount': account,
  trustDomains: domain,
  'source.trustDomain': domain,
  namespaces: namespace,
  'source.namespace': namespace,
  ipBlocks: direct,
  'source.ip': direct,
  remoteIpBlocks: remote,
  'remote.ip': remote,
  ports: port,
  'destination.port': port,
  'destination.ip': of(
    asked => asked.destinationIp,
    (got, value) => addressFits(value, got),
  ),
  'connection.sni': of(
    asked => asked.sni,
    (got, value) => fits(value, got),
  ),
  hosts: host,
  methods: of(
    asked => asked.method,
    (got, value) => value === '*' || fits(value, got),
  ),
  paths: of(
    asked => asked.path,
    (got, value) => pathFits(value, got),
  ),
  requestPrincipals: requestPrincipal,
  'request.auth.principal': requestPrincipal,
  'request.auth.audiences': claim(['aud']),
  'request.auth.presenter': claim(['azp']),
}

function bracketed(key: string): readonly string[] {
  return [...key.matchAll(/\[([^[\]]*)\]/g)].map(([, name = '']) => name)
}

function metadata(key: string): Test {
  const [, filter = '', name = ''] = /^experimental\.([^[]*)\[(.*)\]$/.exec(key) ?? []
  return (value, {filterMetadata}) => {
    if (filterMetadata === undefined) return undefined
    const got = filterMetadata(filter, name)
    const list = value.startsWith('[') && value.endsWith(']')
    if (list) return Array.isArray(got) && textsIn(got).some(each => fits(value.slice(1, -1), each))
    return typeof got === 'string' && fits(value, got)
  }
}

function testOf(key: string): Test | undefined {
  const plain = own(FIELDS, key)
  if (plain !== undefined) return plain
  if (key.startsWith('request.headers[')) return header(bracketed(key)[0] ?? '')
  if (key.startsWith('request.auth.claims[')) return claim(bracketed(key))
  return key.startsWith('experimental.envoy.filters.') ? metadata(key) : undefined
}

/** Whether istiod knows the key of a condition; it leaves out a rule with another one. */
export function isKnownKey(key: string): boolean {
  return testOf(key) !== undefined
}

/** Whether any of a field's values fits the request; the key is known. */
export function anyValueFits(
  key: string,
  values: readonly string[],
  asked: AskedRequest,
  context: FieldContext,
): Truth {
  const test = testOf(key)
  return test === undefined ? undefined : anyTrue(values.map(value => test(value, asked, context)))
}
