import {at, flagOf, isObject, listOf, numberOf, objectOf, textOf, textsOf} from '../../decode.js'
import {isDnsLabel, isWildcardName, type Problem, problemIf, repeated} from './problem.js'

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

function policyProblems(policy: unknown, path: string): readonly Problem[] {
  if (!isObject(policy)) return []
  const http = objectOf(policy, 'connectionPool', 'http')
  const upgrade = textOf(http, 'h2UpgradePolicy') === 'UPGRADE' && flagOf(http, 'useClientProtocol') === true
  const table = numberOf(policy, 'loadBalancer', 'consistentHash', 'maglev', 'tableSize')
  const cookie = objectOf(policy, 'loadBalancer', 'consistentHash', 'httpCookie')
  const outlier = objectOf(policy, 'outlierDetection')
  const split =
    numberOf(outlier, 'consecutiveLocalOriginFailures') !== undefined &&
    flagOf(outlier, 'splitExternalLocalOriginErrors') !== true
  return [
    ...problemIf(!POLICY.some(name => policy[name] !== undefined), path, 'a traffic policy needs at least one setting'),
    ...problemIf(
      policy.tunnel !== undefined && policy.proxyProtocol !== undefined,
      path,
      'only one of tunnel and proxyProtocol can be set',
    ),
    ...tlsProblems(policy, path),
    ...localityProblems(policy, path),
    ...problemIf(
      upgrade,
      `${path}.connectionPool.http`,
      'h2UpgradePolicy UPGRADE cannot be combined with useClientProtocol',
    ),
    ...problemIf(
      (table ?? 0) >= 5_000_011,
      `${path}.loadBalancer.consistentHash.maglev.tableSize`,
      'the table size must be below 5000011',
    ),
    ...problemIf(
      cookie !== undefined && (textOf(cookie, 'name') ?? '') === '',
      `${path}.loadBalancer.consistentHash.httpCookie`,
      'a cookie needs a name',
    ),
    ...problemIf(
      split,
      `${path}.outlierDetection`,
      'consecutiveLocalOriginFailures needs splitExternalLocalOriginErrors: true',
    ),
    ...listOf(policy, 'portLevelSettings').flatMap((each, index) => {
      const own = `${path}.portLevelSettings[${index}]`
      return [
        ...problemIf(objectOf(each, 'port') === undefined, own, 'port is required'),
        ...tlsProblems(each, own),
        ...localityProblems(each, own),
      ]
    }),
  ]
}

/** What istiod's webhook rejects in a DestinationRule, besides its schema. */
export function destinationRuleErrors(spec: unknown): readonly Problem[] {
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
    ...repeated(exportTo).map(({value, index}) => ({
      path: `spec.exportTo[${index}]`,
      message: `${value} is listed twice`,
    })),
  ]
}
