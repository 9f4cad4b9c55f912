import {parseIpRange} from '../../../model/kernel/ip-address.js'
import {at, isObject, listOf, objectOf, textOf, textsOf} from '../../decode.js'
import {type Problem, problemIf} from './problem.js'

/** Keys of conditions (istio.io, Authorization Policy Conditions); those with brackets take a name. */
const KEYS = [
  /^request\.headers\[.+\]$/,
  /^request\.auth\.(?:principal|audiences|presenter)$/,
  /^request\.auth\.claims(?:\[.+\])+$/,
  /^source\.(?:ip|namespace|principal|serviceAccount)$/,
  /^remote\.ip$/,
  /^destination\.(?:ip|port)$/,
  /^connection\.sni$/,
  /^experimental\.envoy\.filters\..+$/,
]
const IDENTITY = [
  'namespaces',
  'notNamespaces',
  'principals',
  'notPrincipals',
  'requestPrincipals',
  'notRequestPrincipals',
]
const IP_FIELDS = ['ipBlocks', 'notIpBlocks', 'remoteIpBlocks', 'notRemoteIpBlocks']

function sourceProblems(rule: unknown, path: string, custom: boolean): readonly Problem[] {
  return listOf(rule, 'from').flatMap((from, index) => {
    const source = at(from, 'source')
    const where = `${path}.from[${index}].source`
    if (!isObject(source) || Object.keys(source).length === 0) return [{path: where, message: 'a source needs a field'}]
    const identity = IDENTITY.filter(name => textsOf(source, name).length > 0)
    return [
      ...problemIf(custom && identity.length > 0, where, `a CUSTOM policy cannot match on ${identity.join(', ')}`),
      ...IP_FIELDS.flatMap(name =>
        textsOf(source, name).flatMap((text, number) =>
          problemIf(parseIpRange(text) === undefined, `${where}.${name}[${number}]`, `${text} is no address or CIDR`),
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
    return ['ports', 'notPorts'].flatMap(name =>
      textsOf(operation, name).flatMap((text, number) => {
        const wrong = !/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > 65_535
        return problemIf(wrong, `${where}.${name}[${number}]`, `${text} is no port`)
      }),
    )
  })
}

/** Keys of conditions that are not sent to an external authorizer. */
function isUnsupportedByCustom(key: string): boolean {
  return key === 'source.namespace' || key === 'source.principal' || key.startsWith('request.auth.')
}

function conditionProblems(rule: unknown, path: string, custom: boolean): readonly Problem[] {
  return listOf(rule, 'when').flatMap((when, index) => {
    const key = textOf(when, 'key') ?? ''
    const where = `${path}.when[${index}]`
    const empty = textsOf(when, 'values').length + textsOf(when, 'notValues').length === 0
    return [
      ...problemIf(
        !KEYS.some(known => known.test(key)),
        `${where}.key`,
        `${JSON.stringify(key)} is no key of a condition`,
      ),
      ...problemIf(custom && isUnsupportedByCustom(key), `${where}.key`, `a CUSTOM policy cannot match on ${key}`),
      ...problemIf(empty, where, 'a condition needs values or notValues'),
    ]
  })
}

/** What istiod's webhook rejects in an AuthorizationPolicy, besides its schema. */
export function authorizationPolicyErrors(spec: unknown): readonly Problem[] {
  const action = textOf(spec, 'action') ?? 'ALLOW'
  const rules = listOf(spec, 'rules')
  const provider = objectOf(spec, 'provider') !== undefined
  const custom = action === 'CUSTOM'
  return [
    ...problemIf(custom && rules.length > 0 && !provider, 'spec.provider', 'a CUSTOM policy needs a provider'),
    ...problemIf(!custom && provider, 'spec.provider', `action ${action} has no provider`),
    ...problemIf(custom && rules.length === 0, 'spec.rules', 'a CUSTOM policy needs rules'),
    ...problemIf(action === 'DENY' && rules.length === 0, 'spec.rules', 'a DENY policy without rules has no effect'),
    ...rules.flatMap((rule, index) => {
      const path = `spec.rules[${index}]`
      const emptyList = (['from', 'to', 'when'] as const).filter(
        name => Array.isArray(at(rule, name)) && listOf(rule, name).length === 0,
      )
      return [
        ...problemIf(emptyList.length > 0, path, `${emptyList.join(', ')} cannot be empty`),
        ...sourceProblems(rule, path, custom),
        ...operationProblems(rule, path),
        ...conditionProblems(rule, path, custom),
      ]
    }),
  ]
}
