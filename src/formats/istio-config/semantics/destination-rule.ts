import {parseIp} from '../../../model/kernel/ip-address.js'
import {at, flagOf, isObject, listOf, numberOf, objectOf, textOf, textsOf} from '../../decode.js'
import {clientTlsProblems} from './client-tls.js'
import {connectionPoolProblems} from './connection-pool.js'
import {exportToProblems} from './export-to.js'
import {localityProblems} from './localities.js'
import {
  isDnsLabel,
  isDnsName,
  isPort,
  isWildcardName,
  labelProblems,
  type Problem,
  problemIf,
  repeated,
} from './problem.js'

const POLICY = [
  'loadBalancer',
  'connectionPool',
  'outlierDetection',
  'tls',
  'portLevelSettings',
  'tunnel',
  'proxyProtocol',
  'retryBudget',
]

const PORT_POLICY = ['loadBalancer', 'connectionPool', 'outlierDetection', 'tls']

/** True for a prime number, and for 1, which Envoy takes for one. */
function isPrime(number: number): boolean {
  for (let factor = 2; factor * factor <= number; factor++) if (number % factor === 0) return false
  return number > 0
}

function balancerProblems(policy: unknown, path: string): readonly Problem[] {
  const hash = objectOf(policy, 'loadBalancer', 'consistentHash')
  const where = `${path}.loadBalancer.consistentHash`
  const cookie = objectOf(hash, 'httpCookie')
  const table = objectOf(hash, 'maglev') === undefined ? undefined : (numberOf(hash, 'maglev', 'tableSize') ?? 0)
  const size = `${where}.maglev.tableSize`
  const attributes = listOf(cookie, 'attributes').map(each => textOf(each, 'name') ?? '')
  const algorithm = objectOf(hash, 'maglev') !== undefined || objectOf(hash, 'ringHash') !== undefined
  return [
    ...problemIf(table === 0, size, 'maglev needs a table size'),
    ...problemIf(table !== undefined && table >= 5_000_011, size, 'the table size must be below 5000011'),
    ...problemIf(table !== undefined && !isPrime(table), size, 'the table size must be a prime number'),
    ...problemIf(
      cookie !== undefined && (textOf(cookie, 'name') ?? '') === '',
      `${where}.httpCookie`,
      'a cookie needs a name',
    ),
    ...problemIf(attributes.includes(''), `${where}.httpCookie.attributes`, 'an attribute of a cookie needs a name'),
    ...repeated(attributes.filter(name => name !== '')).map(({value}) => ({
      path: `${where}.httpCookie.attributes`,
      message: `attribute ${value} is listed twice`,
    })),
    ...problemIf(
      (numberOf(hash, 'minimumRingSize') ?? 0) !== 0 && algorithm,
      where,
      'minimumRingSize cannot be combined with ringHash or maglev',
    ),
    ...localityProblems(policy, path),
  ]
}

/** What is wrong with the settings a policy and the policy of a port have in common. */
function settingProblems(policy: unknown, path: string, namespace: string): readonly Problem[] {
  const outlier = objectOf(policy, 'outlierDetection')
  const split =
    (numberOf(outlier, 'consecutiveLocalOriginFailures') ?? 0) > 0 &&
    flagOf(outlier, 'splitExternalLocalOriginErrors') !== true
  return [
    ...clientTlsProblems(policy, path, namespace),
    ...balancerProblems(policy, path),
    ...connectionPoolProblems(at(policy, 'connectionPool'), `${path}.connectionPool`),
    ...problemIf(
      split,
      `${path}.outlierDetection`,
      'consecutiveLocalOriginFailures needs splitExternalLocalOriginErrors: true',
    ),
    ...['maxEjectionPercent', 'minHealthPercent'].flatMap(name => {
      const percent = numberOf(outlier, name) ?? 0
      return problemIf(
        percent < 0 || percent > 100,
        `${path}.outlierDetection.${name}`,
        `${percent} is not a percentage`,
      )
    }),
  ]
}

function tunnelProblems(policy: unknown, path: string): readonly Problem[] {
  const tunnel = objectOf(policy, 'tunnel')
  if (tunnel === undefined) return []
  const protocol = textOf(tunnel, 'protocol') ?? ''
  const target = textOf(tunnel, 'targetHost') ?? ''
  return [
    ...problemIf(
      !['', 'CONNECT', 'POST'].includes(protocol),
      `${path}.tunnel.protocol`,
      'the protocol is CONNECT or POST',
    ),
    ...problemIf(
      !isDnsName(target) && parseIp(target) === undefined,
      `${path}.tunnel.targetHost`,
      `${JSON.stringify(target)} is neither a DNS name nor an address`,
    ),
    ...problemIf(
      !isPort(numberOf(tunnel, 'targetPort') ?? 0),
      `${path}.tunnel.targetPort`,
      `${numberOf(tunnel, 'targetPort') ?? 0} is not a port`,
    ),
  ]
}

function policyProblems(policy: unknown, path: string, namespace: string): readonly Problem[] {
  if (!isObject(policy)) return []
  const given = (name: string) => name in policy && !(name === 'portLevelSettings' && listOf(policy, name).length === 0)
  if (!POLICY.some(given)) return [{path, message: 'a traffic policy needs at least one setting'}]
  if (policy.tunnel !== undefined && policy.proxyProtocol !== undefined)
    return [{path, message: 'only one of tunnel and proxyProtocol can be set'}]
  return [
    ...settingProblems(policy, path, namespace),
    ...tunnelProblems(policy, path),
    ...listOf(policy, 'portLevelSettings').flatMap((each, index) => {
      const own = `${path}.portLevelSettings[${index}]`
      return [
        ...problemIf(objectOf(each, 'port') === undefined, own, 'port is required'),
        ...problemIf(
          !PORT_POLICY.some(name => at(each, name) !== undefined),
          own,
          'a port policy needs at least one setting',
        ),
        ...settingProblems(each, own, namespace),
      ]
    }),
  ]
}

/** What istiod's webhook rejects in a DestinationRule, besides its schema. */
export function destinationRuleErrors(spec: unknown, namespace: string): readonly Problem[] {
  const host = textOf(spec, 'host') ?? ''
  const subsets = listOf(spec, 'subsets')
  const exportTo = textsOf(spec, 'exportTo')
  return [
    ...problemIf(host !== '' && !isWildcardName(host), 'spec.host', `${host} is not a DNS name`),
    ...policyProblems(at(spec, 'trafficPolicy'), 'spec.trafficPolicy', namespace),
    ...subsets.flatMap((subset, index) => {
      const name = textOf(subset, 'name') ?? ''
      return [
        ...problemIf(!isDnsLabel(name), `spec.subsets[${index}].name`, `${JSON.stringify(name)} is not a subset name`),
        ...policyProblems(at(subset, 'trafficPolicy'), `spec.subsets[${index}].trafficPolicy`, namespace),
        ...labelProblems(objectOf(subset, 'labels'), `spec.subsets[${index}].labels`),
      ]
    }),
    ...repeated(subsets.map(subset => textOf(subset, 'name') ?? '')).map(({value, index}) => ({
      path: `spec.subsets[${index}].name`,
      message: `subset ${value} is defined twice`,
    })),
    ...exportToProblems(spec, namespace),
    ...problemIf(
      objectOf(spec, 'workloadSelector') !== undefined && exportTo.some(each => each !== '.' && each !== namespace),
      'spec.exportTo',
      'a DestinationRule with a workloadSelector applies in its own namespace only',
    ),
  ]
}
