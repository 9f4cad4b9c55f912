import {parseIp} from '../../../model/kernel/ip-address.js'
import {at, flagOf, isObject, listOf, numberOf, objectOf, textOf, textsOf} from '../../decode.js'
import {exportToProblems} from './export-to.js'
import {isDnsLabel, isDnsName, isWildcardName, type Problem, problemIf, repeated} from './problem.js'

const FILES = ['clientCertificate', 'privateKey', 'caCertificates']

function tlsProblems(policy: unknown, path: string): readonly Problem[] {
  const tls = objectOf(policy, 'tls')
  if (tls === undefined) return []
  const mode = textOf(tls, 'mode') ?? 'DISABLE'
  const set = (name: string) => (textOf(tls, name) ?? '') !== ''
  const files = FILES.filter(set)
  const where = `${path}.tls`
  const noPair = mode === 'MUTUAL' && !set('credentialName') && !(set('clientCertificate') && set('privateKey'))
  return [
    ...problemIf(noPair, where, 'mode MUTUAL needs clientCertificate with privateKey, or credentialName'),
    ...problemIf(
      mode === 'ISTIO_MUTUAL' && files.length > 0,
      where,
      `ISTIO_MUTUAL uses the certificates of Istio, not ${files.join(', ')}`,
    ),
    ...problemIf(
      set('credentialName') && files.length > 0,
      where,
      `credentialName cannot be combined with ${files.join(', ')}`,
    ),
  ]
}

function localityProblems(policy: unknown, path: string): readonly Problem[] {
  const settings = objectOf(policy, 'loadBalancer', 'localityLbSetting')
  if (settings === undefined) return []
  const where = `${path}.loadBalancer.localityLbSetting`
  const distribute = listOf(settings, 'distribute')
  const failover = listOf(settings, 'failover')
  return [
    ...problemIf(distribute.length > 0 && failover.length > 0, where, 'only one of distribute and failover can be set'),
    ...distribute.flatMap((each, index) => {
      const weights = Object.values(objectOf(each, 'to') ?? {}).map(weight => (typeof weight === 'number' ? weight : 0))
      const sum = weights.reduce((total, weight) => total + weight, 0)
      const wrong = weights.some(weight => weight < 1 || weight > 100) || sum !== 100
      return problemIf(
        wrong,
        `${where}.distribute[${index}].to`,
        `the weights must be 1 to 100 and add up to 100, not ${sum}`,
      )
    }),
    ...failover.flatMap((each, index) => {
      const [from, to] = [textOf(each, 'from') ?? '', textOf(each, 'to') ?? '']
      const own = `${where}.failover[${index}]`
      return [
        ...problemIf(from === to, own, `from and to are both ${from}`),
        ...problemIf(
          from.includes('/') || to.includes('/') || from.includes('*') || to.includes('*'),
          own,
          'failover takes regions only',
        ),
      ]
    }),
  ]
}

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

function isPrime(number: number): boolean {
  for (let factor = 2; factor * factor <= number; factor++) if (number % factor === 0) return false
  return number > 1
}

function balancerProblems(policy: unknown, path: string): readonly Problem[] {
  const hash = objectOf(policy, 'loadBalancer', 'consistentHash')
  const where = `${path}.loadBalancer.consistentHash`
  const cookie = objectOf(hash, 'httpCookie')
  const table = objectOf(hash, 'maglev') === undefined ? undefined : (numberOf(hash, 'maglev', 'tableSize') ?? 0)
  const algorithm = objectOf(hash, 'maglev') !== undefined || objectOf(hash, 'ringHash') !== undefined
  return [
    ...problemIf(
      table !== undefined && (table >= 5_000_011 || !isPrime(table)),
      `${where}.maglev.tableSize`,
      'the table size must be a prime number below 5000011',
    ),
    ...problemIf(
      cookie !== undefined && (textOf(cookie, 'name') ?? '') === '',
      `${where}.httpCookie`,
      'a cookie needs a name',
    ),
    ...problemIf(
      hash?.minimumRingSize !== undefined && algorithm,
      where,
      'minimumRingSize cannot be combined with ringHash or maglev',
    ),
    ...localityProblems(policy, path),
  ]
}

/** What is wrong with the settings a policy and the policy of a port have in common. */
function settingProblems(policy: unknown, path: string): readonly Problem[] {
  const pool = objectOf(policy, 'connectionPool')
  const http = objectOf(pool, 'http')
  const upgrade = textOf(http, 'h2UpgradePolicy') === 'UPGRADE' && flagOf(http, 'useClientProtocol') === true
  const outlier = objectOf(policy, 'outlierDetection')
  const split =
    (numberOf(outlier, 'consecutiveLocalOriginFailures') ?? 0) > 0 &&
    flagOf(outlier, 'splitExternalLocalOriginErrors') !== true
  return [
    ...tlsProblems(policy, path),
    ...balancerProblems(policy, path),
    ...problemIf(
      pool !== undefined && http === undefined && objectOf(pool, 'tcp') === undefined,
      `${path}.connectionPool`,
      'a connection pool needs http or tcp',
    ),
    ...problemIf(
      upgrade,
      `${path}.connectionPool.http`,
      'h2UpgradePolicy UPGRADE cannot be combined with useClientProtocol',
    ),
    ...problemIf(
      split,
      `${path}.outlierDetection`,
      'consecutiveLocalOriginFailures needs splitExternalLocalOriginErrors: true',
    ),
    ...['maxEjectionPercent', 'minHealthPercent'].flatMap(name => {
      const percent = numberOf(outlier, name) ?? 0
      return problemIf(percent < 0 || percent > 100, `${path}.outlierDetection.${name}`, `${percent} is no percentage`)
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
      target !== '' && !isDnsName(target) && parseIp(target) === undefined,
      `${path}.tunnel.targetHost`,
      `${target} is neither a DNS name nor an address`,
    ),
  ]
}

function policyProblems(policy: unknown, path: string): readonly Problem[] {
  if (!isObject(policy)) return []
  if (!POLICY.some(name => policy[name] !== undefined))
    return [{path, message: 'a traffic policy needs at least one setting'}]
  return [
    ...problemIf(
      policy.tunnel !== undefined && policy.proxyProtocol !== undefined,
      path,
      'only one of tunnel and proxyProtocol can be set',
    ),
    ...settingProblems(policy, path),
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
        ...settingProblems(each, own),
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
    ...problemIf(host !== '' && !isWildcardName(host), 'spec.host', `${host} is no DNS name`),
    ...policyProblems(at(spec, 'trafficPolicy'), 'spec.trafficPolicy'),
    ...subsets.flatMap((subset, index) => {
      const name = textOf(subset, 'name') ?? ''
      return [
        ...problemIf(
          !isDnsLabel(name),
          `spec.subsets[${index}].name`,
          `${JSON.stringify(name)} is no name of a subset`,
        ),
        ...policyProblems(at(subset, 'trafficPolicy'), `spec.subsets[${index}].trafficPolicy`),
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
