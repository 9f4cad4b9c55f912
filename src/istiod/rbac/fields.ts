import type {PolicyPlace} from './place.js'
import {cidr, identityMatcher, type Message, quoted, regexMatcher, valueMatcher} from './strings.js'

// What istiod makes of each field of an AuthorizationPolicy: https://istio.io/latest/docs/reference/config/security/conditions/

/** How one field becomes Envoy's matchers; `whole` fields put all their values into one matcher. */
export interface FieldRow {
  readonly each?: (value: string, place: PolicyPlace) => Message
  readonly whole?: (key: string, values: readonly string[]) => Message
}

const JWT_FILTER = 'envoy.filters.http.jwt_authn'

function identity(matcher: Message, {peerByFilterState}: PolicyPlace): Message {
  return peerByFilterState
    ? {filterState: {key: 'io.istio.peer_principal', stringMatch: matcher}}
    : {authenticated: {principalName: matcher}}
}

function header(name: string, value: string): Message {
  return {header: {name, ...(value === '*' ? {presentMatch: true} : {stringMatch: valueMatcher(value)})}}
}

/** The case of a host does not count, unlike that of the same header in a condition. */
function host(value: string): Message {
  const name = ':authority'
  return value === '*' ? header(name, value) : {header: {name, stringMatch: {...valueMatcher(value), ignoreCase: true}}}
}

function path(value: string): Message {
  if (!/\{\*{1,2}\}/.test(value)) return {urlPath: {path: valueMatcher(value)}}
  const pathTemplate = value.replaceAll('{**}', '**').replaceAll('{*}', '*')
  return {
    uriTemplate: {
      name: 'uri-template',
      typedConfig: {
        '@type': 'type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig',
        pathTemplate,
      },
    },
  }
}

function claim(name: string, matcher: Message): Message {
  return {metadata: {filter: JWT_FILTER, path: [{key: 'payload'}, {key: name}], value: {stringMatch: matcher}}}
}

/** `issuer/subject`; a `*` at one end leaves the other side to it. */
function requestPrincipal(value: string): Message {
  const anything = regexMatcher('.+')
  const split = value.lastIndexOf('/')
  const pair = (): readonly [Message, Message] => {
    if (value === '*') return [anything, anything]
    if (value.startsWith('*')) {
      return split < 0
        ? [anything, valueMatcher(value)]
        : [value.slice(0, split) === '*' ? anything : {suffix: value.slice(1, split)}, {exact: value.slice(split + 1)}]
    }
    if (value.endsWith('*')) {
      return split < 0
        ? [{prefix: value.slice(0, -1)}, anything]
        : [{exact: value.slice(0, split)}, valueMatcher(value.slice(split + 1))]
    }
    return split < 0 ? [{exact: value}, {exact: ''}] : [{exact: value.slice(0, split)}, {exact: value.slice(split + 1)}]
  }
  const [issuer, subject] = pair()
  return {andIds: {ids: [claim('iss', issuer), claim('sub', subject)]}}
}

function serviceAccount(value: string, place: PolicyPlace): Message {
  const slash = value.indexOf('/')
  const namespace = slash < 0 ? place.policyNamespace : value.slice(0, slash)
  const regex = `spiffe://.+/ns/${quoted(namespace)}/(.+/|)sa/${quoted(value.slice(slash + 1))}(/.+)?`
  return identity(regexMatcher(regex), place)
}

function trustDomain(value: string, place: PolicyPlace): Message {
  if (value === '*') return identity({prefix: 'spiffe://'}, place)
  if (!value.includes('*')) return identity({prefix: `spiffe://${value}/`}, place)
  return identity(regexMatcher(`spiffe://${quoted(value).replaceAll('\\*', '[^/]*')}/.*`), place)
}

function namespace(value: string, place: PolicyPlace): Message {
  return identity(regexMatcher(`.*/ns/${quoted(value).replaceAll('\\*', '.*')}/.*`), place)
}

function listOrText(path: readonly string[], values: readonly string[]): Message {
  const each = values.map(value => ({stringMatch: valueMatcher(value)}))
  const [only] = each
  const one = values.length === 1 && only !== undefined ? only : {orMatch: {valueMatchers: each}}
  const value = {orMatch: {valueMatchers: [{listMatch: {oneOf: one}}, one]}}
  return {metadata: {filter: JWT_FILTER, path: ['payload', ...path].map(key => ({key})), value}}
}

/** The names in `prefix[a][b]`. */
function bracketed(key: string): readonly string[] {
  return [...key.matchAll(/\[([^[\]]*)\]/g)].map(([, name = '']) => name)
}

function filterMetadata(key: string, values: readonly string[]): Message {
  const [, filter = '', name = ''] = /^experimental\.([^[]*)\[(.*)\]$/.exec(key) ?? []
  const list = (value: string) => value.startsWith('[') && value.endsWith(']')
  const matchers = values.map(
    (value): Message =>
      list(value)
        ? {listMatch: {oneOf: {stringMatch: valueMatcher(value.slice(1, -1))}}}
        : {stringMatch: valueMatcher(value)},
  )
  const [only] = matchers
  const value = matchers.length === 1 && only !== undefined ? only : {orMatch: {valueMatchers: matchers}}
  return {metadata: {filter, path: [{key: name}], value}}
}

/** Fields that say what is asked for. */
export const PERMISSION_ROWS: Readonly<Record<string, FieldRow>> = {
  hosts: {each: host},
  methods: {each: value => header(':method', value)},
  paths: {each: path},
  ports: {each: value => ({destinationPort: Number(value)})},
  'destination.ip': {each: value => ({destinationIp: cidr(value)})},
  'destination.port': {each: value => ({destinationPort: Number(value)})},
  'connection.sni': {each: value => ({requestedServerName: valueMatcher(value)})},
  'experimental.envoy.filters': {whole: filterMetadata},
}

/** Fields that say who asks. */
export const PRINCIPAL_ROWS: Readonly<Record<string, FieldRow>> = {
  principals: {each: (value, place) => identity(identityMatcher(value), place)},
  requestPrincipals: {each: requestPrincipal},
  serviceAccounts: {each: serviceAccount},
  trustDomains: {each: trustDomain},
  namespaces: {each: namespace},
  remoteIpBlocks: {each: value => ({remoteIp: cidr(value)})},
  ipBlocks: {each: value => ({directRemoteIp: cidr(value)})},
  'source.ip': {each: value => ({directRemoteIp: cidr(value)})},
  'remote.ip': {each: value => ({remoteIp: cidr(value)})},
  'source.namespace': {each: namespace},
  'source.serviceAccount': {each: serviceAccount},
  'source.trustDomain': {each: trustDomain},
  'source.principal': {each: (value, place) => identity(identityMatcher(value), place)},
  'request.auth.principal': {each: requestPrincipal},
  'request.auth.audiences': {whole: (_, values) => listOrText(['aud'], values)},
  'request.auth.presenter': {whole: (_, values) => listOrText(['azp'], values)},
  'request.auth.claims': {whole: (key, values) => listOrText(bracketed(key), values)},
  'request.headers': {},
}

/** The matcher of one value of a header condition. */
export function headerCondition(key: string, value: string): Message {
  return header(bracketed(key)[0] ?? '', value)
}
