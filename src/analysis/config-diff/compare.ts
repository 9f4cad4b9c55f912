import {
  ALL_SECTIONS,
  type ConfigComparison,
  type ConfigSection,
  type ProxyConfig,
  type ResourceDifference,
  type Resources,
} from '../../model/envoy/config-change.js'
import {changesBetween} from './changes.js'
import {KEYED_LISTS} from './list-order.js'
import {type Masks, masked, normalForm} from './normal-form.js'
import {sameSpelledAnyway} from './same.js'

function maskedNames(resources: Resources, masks: Masks): Resources {
  if (masks.length === 0) return resources
  return new Map([...resources].map(([name, resource]) => [masked(name, masks), resource]))
}

type Fields = Readonly<Record<string, unknown>>

/** Virtual hosts by name if all names are unique; otherwise the list is not keyed and undefined is returned. */
function byName(hosts: unknown): ReadonlyMap<string, unknown> | undefined {
  if (!Array.isArray(hosts)) return undefined
  const found = new Map<string, unknown>()
  for (const host of hosts) {
    const name = KEYED_LISTS.virtualHosts?.(host)
    if (name === undefined || found.has(name)) return undefined
    found.set(name, host)
  }
  return found
}

/**
 * Two versions of a route without the virtual hosts that are equal in both: a route of a big mesh has thousands, and only the others
 * need a normal form. Other resources are returned unchanged.
 */
function withoutEqualHosts(a: unknown, b: unknown): readonly [unknown, unknown] {
  const [left, right] = [a as Fields, b as Fields]
  const [nameA, nameB] = [left, right].map(route => ('virtualHosts' in route ? 'virtualHosts' : 'virtual_hosts'))
  const [first, second] = [byName(left[nameA ?? '']), byName(right[nameB ?? ''])]
  if (first === undefined || second === undefined) return [a, b]
  const unequal = (hosts: Resources, others: Resources) =>
    [...hosts].filter(([name, host]) => !sameSpelledAnyway(host, others.get(name))).map(([, host]) => host)
  return [
    {...left, [nameA ?? '']: unequal(first, second)},
    {...right, [nameB ?? '']: unequal(second, first)},
  ]
}

function sectionDifferences(
  section: ConfigSection,
  first: Resources,
  second: Resources,
  masksA: Masks,
  masksB: Masks,
): readonly ResourceDifference[] {
  const differences: ResourceDifference[] = []
  for (const [name, resource] of first) {
    const other = second.get(name)
    if (other === undefined) {
      differences.push({section, name, kind: 'removed', before: normalForm(resource, masksA), changes: []})
      continue
    }
    if (sameSpelledAnyway(resource, other) || sameSpelledAnyway(other, resource)) continue
    const [one, two] = section === 'routes' ? withoutEqualHosts(resource, other) : [resource, other]
    const before = normalForm(one, masksA)
    const after = normalForm(two, masksB)
    const changes = changesBetween(before, after)
    if (changes.length > 0) differences.push({section, name, kind: 'changed', before, after, changes})
  }
  for (const [name, resource] of second) {
    if (!first.has(name)) {
      differences.push({section, name, kind: 'added', after: normalForm(resource, masksB), changes: []})
    }
  }
  return differences.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

/**
 * Compares two configurations section by section, resources paired by name. A section that only one side has is not compared,
 * with the reason. `maskOwn`: the two are different pods, so their own names and addresses count as equal.
 */
export function compareConfigs(a: ProxyConfig, b: ProxyConfig, maskOwn: boolean): ConfigComparison {
  const compared = new Map<ConfigSection, number>()
  const notCompared = new Map<ConfigSection, string>()
  const differences: ResourceDifference[] = []
  const masksA = maskOwn ? a.own : []
  const masksB = maskOwn ? b.own : []
  for (const section of ALL_SECTIONS) {
    const first = a.sections.get(section)
    const second = b.sections.get(section)
    if (first === undefined || second === undefined) {
      const why = a.absent.get(section) ?? b.absent.get(section)
      if (why !== undefined) notCompared.set(section, why)
      continue
    }
    const [left, right] = [maskedNames(first, masksA), maskedNames(second, masksB)]
    compared.set(section, new Set([...left.keys(), ...right.keys()]).size)
    differences.push(...sectionDifferences(section, left, right, masksA, masksB))
  }
  return {compared, notCompared, differences}
}
