import {listOf, objectOf, textOf, textsOf} from '../../decode.js'
import {type Problem, problemIf} from './problem.js'

/** The labels by which Envoy's locality priorities already order endpoints. */
const TOPOLOGY = new Set(['topology.kubernetes.io/region', 'topology.kubernetes.io/zone', 'topology.istio.io/subzone'])

/** True when one of two localities (REGION/ZONE/SUBZONE, each part `*` at the end) means all of the other. */
function overlap(one: string, other: string): boolean {
  const [first, second] = [one.split('/'), other.split('/')]
  const short = first.length <= second.length ? first : second
  const long = short === first ? second : first
  return short.every((part, index) => part === long[index] || (part === '*' && index === short.length - 1))
}

/** What is wrong with a list of localities: the first fault, as each fault hides those behind it. */
function localityList(localities: readonly string[], path: string): readonly Problem[] {
  for (const [index, locality] of localities.entries()) {
    const star = locality.indexOf('*')
    if (star >= 0 && star < locality.length - 1) return [{path, message: `* is allowed at the end only: ${locality}`}]
    const earlier = localities.slice(0, index).find(each => overlap(each, locality))
    if (earlier !== undefined) return [{path, message: `localities ${earlier} and ${locality} overlap`}]
    if (locality.split('/').includes(''))
      return [{path, message: `${JSON.stringify(locality)} has an empty region, zone or subzone`}]
  }
  return []
}

function distribution(settings: unknown, where: string): readonly Problem[] {
  const distribute = listOf(settings, 'distribute')
  const lists: Problem[] = []
  for (const [index, each] of distribute.entries()) {
    const to = objectOf(each, 'to') ?? {}
    const weights = Object.values(to).map(weight => (typeof weight === 'number' ? weight : 0))
    const sum = weights.reduce((total, weight) => total + weight, 0)
    const path = `${where}.distribute[${index}].to`
    if (weights.some(weight => weight < 1 || weight > 100) || sum !== 100)
      return [...lists, {path, message: `the weights must be 1 to 100 and add up to 100, not ${sum}`}]
    lists.push(...localityList(Object.keys(to), path))
  }
  return [
    ...lists,
    ...localityList(
      distribute.map(each => textOf(each, 'from') ?? ''),
      `${where}.distribute`,
    ),
  ]
}

function failovers(settings: unknown, where: string): readonly Problem[] {
  return listOf(settings, 'failover').flatMap((each, index) => {
    const [from, to] = [textOf(each, 'from') ?? '', textOf(each, 'to') ?? '']
    const own = `${where}.failover[${index}]`
    return [
      ...problemIf(from === to, own, `from and to are both ${from}`),
      ...problemIf(from.includes('/') || to.includes('/'), own, 'failover takes regions only'),
      ...problemIf(from.includes('*') || to.includes('*'), own, 'failover takes no *'),
    ]
  })
}

/** What istiod's webhook rejects in the localities of a load balancer. */
export function localityProblems(policy: unknown, path: string): readonly Problem[] {
  const settings = objectOf(policy, 'loadBalancer', 'localityLbSetting')
  if (settings === undefined) return []
  const where = `${path}.loadBalancer.localityLbSetting`
  const failover = listOf(settings, 'failover').length > 0
  if (failover && listOf(settings, 'distribute').length > 0)
    return [{path: where, message: 'only one of distribute and failover can be set'}]
  const label = textsOf(settings, 'failoverPriority').find(each => TOPOLOGY.has(each))
  if (failover && label !== undefined)
    return [{path: where, message: `failover cannot be combined with ${label} in failoverPriority`}]
  return [...distribution(settings, where), ...failovers(settings, where)]
}
