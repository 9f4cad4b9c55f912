import {parseIpRange} from '../../../model/kernel/ip-address.js'
import {isPortNumber} from '../../../model/text/port-number.js'
import {at, isObject, listOf, objectOf, textOf, textsOf} from '../../decode.js'
import {accountProblems, conditionValueProblems, emptyValues, templateProblems} from './policy-values.js'
import {type Problem, problemIf} from './problem.js'
import {targetProblems} from './target-refs.js'

/** Keys of conditions (istio.io, Authorization Policy Conditions); those with brackets take a name. */
const KEYS = [
  /^request\.headers[^[]*\[.+\]$/,
  /^request\.auth\.(?:principal|audiences|presenter)$/,
  /^request\.auth\.claims\[.+\]$/,
  /^source\.(?:ip|namespace|principal|serviceAccount|trustDomain)$/,
  /^remote\.ip$/,
  /^destination\.(?:ip|port)$/,
  /^connection\.sni$/,
  /^experimental\.envoy\.filters\.[^[]*\[.+\]$/,
]
const IDENTITY = [
  'namespaces',
  'notNamespaces',
  'principals',
  'notPrincipals',
  'requestPrincipals',
  'notRequestPrincipals',
  'serviceAccounts',
  'notServiceAccounts',
  'trustDomains',
  'notTrustDomains',
]
const IP_FIELDS = ['ipBlocks', 'notIpBlocks', 'remoteIpBlocks', 'notRemoteIpBlocks']

function sourceProblems(rule: unknown, path: string, custom: boolean): readonly Problem[] {
  return listOf(rule, 'from').flatMap((from, index) => {
    const source = at(from, 'source')
    const where = `${path}.from[${index}].source`
    if (!isObject(source) || Object.keys(source).length === 0) return [{path: where, message: 'a source needs a field'}]
    const identity = IDENTITY.filter(name => textsOf(source, name).length > 0)
    return [
      ...(custom ? identity : []).map(name => ({path: where, message: `a CUSTOM policy cannot match on ${name}`})),
      ...emptyValues(source, where),
      ...['serviceAccounts', 'notServiceAccounts'].flatMap(name =>
        accountProblems(textsOf(source, name), `${where}.${name}`),
      ),
      ...IP_FIELDS.flatMap(name =>
        textsOf(source, name).flatMap((text, number) =>
          problemIf(
            parseIpRange(text) === undefined,
            `${where}.${name}[${number}]`,
            `${JSON.stringify(text)} is not an address or CIDR`,
          ),
        ),
      ),
    ]
  })
}

function operationProblems(rule: unknown, path: string): readonly Problem[] {
  return listOf(rule, 'to').flatMap((to, index) => {
    const operation = at(to, 'operation')
    const where = `${path}.to[${index}].operation`
    if (!isObject(operation) || Object.keys(operation).length === 0)
      return [{path: where, message: 'an operation needs a field'}]
    const ports = ['ports', 'notPorts'].flatMap(name =>
      textsOf(operation, name).flatMap((text, number) =>
        problemIf(!isPortNumber(text), `${where}.${name}[${number}]`, `${JSON.stringify(text)} is not a port`),
      ),
    )
    const paths = ['paths', 'notPaths'].flatMap(name => templateProblems(textsOf(operation, name), `${where}.${name}`))
    return [...ports, ...emptyValues(operation, where), ...paths]
  })
}

const CUSTOM_UNSUPPORTED = new Set(
  ['namespace', 'principal', 'serviceAccount', 'trustDomain'].map(name => `source.${name}`),
)

/** Keys of conditions that are not sent to an external authorizer. */
function isUnsupportedByCustom(key: string): boolean {
  return CUSTOM_UNSUPPORTED.has(key) || key.startsWith('request.auth.')
}

function conditionProblems(rule: unknown, path: string, custom: boolean): readonly Problem[] {
  return listOf(rule, 'when').flatMap((when, index) => {
    const key = textOf(when, 'key') ?? ''
    const where = `${path}.when[${index}]`
    const empty = textsOf(when, 'values').length + textsOf(when, 'notValues').length === 0
    return [
      ...(empty ? [] : conditionValueProblems(when, key, where)),
      ...problemIf(
        (key === '' || !empty) && !KEYS.some(known => known.test(key)),
        `${where}.key`,
        `${JSON.stringify(key)} is not a condition key`,
      ),
      ...problemIf(custom && isUnsupportedByCustom(key), `${where}.key`, `a CUSTOM policy cannot match on ${key}`),
      ...problemIf(key !== '' && empty, where, 'a condition needs values or notValues'),
    ]
  })
}

/** What istiod's webhook rejects in an AuthorizationPolicy, besides its schema. */
export function authorizationPolicyErrors(spec: unknown): readonly Problem[] {
  const action = textOf(spec, 'action') ?? 'ALLOW'
  const rules = listOf(spec, 'rules')
  const given = objectOf(spec, 'provider')
  const provider = given !== undefined
  const named = (textOf(given, 'name') ?? '') !== ''
  const custom = action === 'CUSTOM'
  return [
    ...problemIf(custom && rules.length > 0 && !named, 'spec.provider', 'a CUSTOM policy needs the name of a provider'),
    ...problemIf(!custom && provider, 'spec.provider', `action ${action} has no provider`),
    ...problemIf(custom && rules.length === 0, 'spec.rules', 'a CUSTOM policy needs rules'),
    ...problemIf(action === 'DENY' && rules.length === 0, 'spec.rules', 'a DENY policy without rules has no effect'),
    ...targetProblems(spec),
    ...rules.flatMap((rule, index) => {
      const path = `spec.rules[${index}]`
      return [
        ...sourceProblems(rule, path, custom),
        ...operationProblems(rule, path),
        ...conditionProblems(rule, path, custom),
      ]
    }),
  ]
}
