import {visibleScopes} from '../../../analysis/istio-config/host-names.js'
import {groupedPairs} from '../../../model/collections/grouped-by.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import type {ServiceEntryConfig} from '../../../model/istio-config/traffic.js'
import type {ConfigRule} from '../config-rule.js'

/** True when some namespace sees both. */
function seenTogether(one: ServiceEntryConfig, other: ServiceEntryConfig): boolean {
  const [left, right] = [one, other].map(each => visibleScopes(each.exportTo, each.object.ref.namespace))
  if (left === undefined || right === undefined) return false
  return left.includes('*') || right.includes('*') || left.some(scope => right.includes(scope))
}

export const rule: ConfigRule = {
  code: 'MCT2138',
  slug: 'service-entries-differ',
  aliases: [],
  severity: 'warning',
  title: 'ServiceEntries for one host resolve it differently',
  why: 'Istio makes one service of a host: only one of the settings is used for its ports, and requests may fail with 503 UH.',
  fix: 'Keep one ServiceEntry for the host with all its ports, or limit each with exportTo.',
  references: ['https://github.com/istio/istio/issues/38996', 'https://github.com/istio/istio/issues/51466'],
  kinds: ['ServiceEntry'],
  check: set => {
    const byHost = groupedPairs(set.serviceEntries().flatMap(entry => entry.hosts.map(host => [host, entry] as const)))
    return [...byHost].flatMap(([host, entries]) =>
      entries.flatMap((entry, index) => {
        const rival = entries
          .slice(0, index)
          .find(each => each.resolution !== entry.resolution && seenTogether(each, entry))
        if (rival === undefined) return []
        const message = `${host} has resolution ${entry.resolution} here and ${rival.resolution} in ServiceEntry ${fullName(rival.object)}: only one is used.`
        return [{object: entry.object, path: 'spec.resolution', message}]
      }),
    )
  },
}
