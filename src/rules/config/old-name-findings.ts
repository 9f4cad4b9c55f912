import {oldNames} from '../../formats/istio-config/envoy-filter-names.js'
import type {ConfigFound} from './config-rule.js'
import type {ConfigSet} from './config-set.js'

/** The old types and names in EnvoyFilters, each with the sentence of the rule about it. */
export function oldNameFindings(
  set: ConfigSet,
  aboutType: (type: string) => string,
  aboutName: (name: string, instead: string) => string,
): readonly ConfigFound[] {
  return set.of('EnvoyFilter').flatMap(object =>
    oldNames(object).map(({path, value, instead}) => ({
      object,
      path,
      message: instead === '' ? aboutType(value) : aboutName(value, instead),
    })),
  )
}
