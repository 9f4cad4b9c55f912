import {
  EMPTY_MATCH,
  type ZtunnelMatch,
  type ZtunnelRule,
  type ZtunnelServiceAccount,
  type ZtunnelStringMatch,
} from '../../model/istio/ztunnel.js'
import {parseIpRange} from '../../model/kernel/ip-address.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {isPortNumber} from '../../model/text/port-number.js'
import {isObject, listOf, objectOf, textOf, textsOf} from '../decode.js'
import {isDryRun} from './authorization.js'

/** `*`, `prefix*`, `*suffix` or the whole text (istio.io, "Authorization Policy", values). */
function stringMatch(value: string): ZtunnelStringMatch {
  if (value === '*') return {kind: 'presence'}
  if (value.startsWith('*')) return {kind: 'suffix', value: value.slice(1)}
  return value.endsWith('*') ? {kind: 'prefix', value: value.slice(0, -1)} : {kind: 'exact', value}
}

/** `account`, of the policy's namespace, or `namespace/account`. */
function account(value: string, namespace: string): ZtunnelServiceAccount {
  const [first = '', second] = value.split('/')
  return second === undefined ? {namespace, serviceAccount: first} : {namespace: first, serviceAccount: second}
}

/** Fields of rules that ztunnel compares, and as which field of a match. */
const FIELDS: Readonly<Record<string, keyof ZtunnelMatch>> = {
  principals: 'principals',
  notPrincipals: 'notPrincipals',
  namespaces: 'namespaces',
  notNamespaces: 'notNamespaces',
  serviceAccounts: 'serviceAccounts',
  notServiceAccounts: 'notServiceAccounts',
  ipBlocks: 'sourceIps',
  notIpBlocks: 'notSourceIps',
  ports: 'destinationPorts',
  notPorts: 'notDestinationPorts',
}

/** Keys of conditions that ztunnel compares, as the field of their values and of their notValues. */
const CONDITIONS: Readonly<Record<string, readonly [keyof ZtunnelMatch, keyof ZtunnelMatch]>> = {
  'source.ip': ['sourceIps', 'notSourceIps'],
  'source.namespace': ['namespaces', 'notNamespaces'],
  'source.principal': ['principals', 'notPrincipals'],
  'destination.ip': ['destinationIps', 'notDestinationIps'],
  'destination.port': ['destinationPorts', 'notDestinationPorts'],
}

function valuesAs(field: keyof ZtunnelMatch, values: readonly string[], namespace: string): Partial<ZtunnelMatch> {
  // What is not a port or address is left out (istiod's stringToPort and stringToIP).
  if (/ports$/i.test(field)) return {[field]: values.filter(isPortNumber).map(Number)}
  if (/ips$/i.test(field)) return {[field]: values.filter(each => parseIpRange(each) !== undefined)}
  if (/serviceAccounts$/i.test(field)) return {[field]: values.map(each => account(each, namespace))}
  return {[field]: values.map(stringMatch)}
}

interface Translated {
  readonly match: ZtunnelMatch
  /** A field that ztunnel cannot compare was left out. */
  readonly cut: boolean
}

function fieldsOf(entry: unknown, namespace: string): Translated {
  let match = EMPTY_MATCH
  let cut = false
  for (const name of isObject(entry) ? Object.keys(entry) : []) {
    const values = textsOf(entry, name)
    if (values.length === 0) continue
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined
    if (field === undefined) cut = true
    else match = {...match, ...valuesAs(field, values, namespace)}
  }
  return {match, cut}
}

function condition(entry: unknown, namespace: string): Translated {
  const key = textOf(entry, 'key') ?? ''
  const fields = Object.hasOwn(CONDITIONS, key) ? CONDITIONS[key] : undefined
  if (fields === undefined) return {match: EMPTY_MATCH, cut: true}
  const [values, notValues] = [textsOf(entry, 'values'), textsOf(entry, 'notValues')]
  return {
    match: {
      ...EMPTY_MATCH,
      ...(values.length > 0 ? valuesAs(fields[0], values, namespace) : {}),
      ...(notValues.length > 0 ? valuesAs(fields[1], notValues, namespace) : {}),
    },
    cut: false,
  }
}

/** The clauses of a rule; undefined where istiod leaves the rule out. */
function ruleOf(rule: unknown, namespace: string, action: string): ZtunnelRule | undefined {
  const to = listOf(rule, 'to').map(each => fieldsOf(objectOf(each, 'operation'), namespace))
  const from = listOf(rule, 'from').map(each => fieldsOf(objectOf(each, 'source'), namespace))
  const when = listOf(rule, 'when').map(each => [condition(each, namespace)])
  const clauses = [to, from, ...when].filter(clause => clause.length > 0)
  if (action === 'ALLOW' && clauses.flat().some(({cut}) => cut)) return undefined
  return clauses.map(clause => clause.map(({match}) => match))
}

/**
 * The rules of an AuthorizationPolicy as istiod sends them to ztunnel: of an ALLOW, rules with fields that only HTTP has are left out; of a
 * DENY those fields alone, which leaves an empty match that never holds (measured with Istio 1.31). Undefined for a policy that ztunnel does not get.
 */
export function ztunnelRulesOf(object: KubeObject): readonly ZtunnelRule[] | undefined {
  const action = textOf(object, 'spec', 'action') ?? 'ALLOW'
  if (action !== 'ALLOW' && action !== 'DENY') return undefined
  if (isDryRun(object)) return undefined
  const namespace = object.metadata.namespace ?? 'default'
  return listOf(object, 'spec', 'rules')
    .map(rule => ruleOf(rule, namespace, action))
    .filter(each => each !== undefined)
}
