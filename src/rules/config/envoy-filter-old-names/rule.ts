import type {ConfigRule} from '../config-rule.js'
import {oldNameFindings} from '../old-name-findings.js'

export const rule: ConfigRule = {
  code: 'MCT2154',
  slug: 'envoy-filter-old-names',
  aliases: [],
  severity: 'error',
  title: 'EnvoyFilter uses names Envoy removed',
  why: 'From Istio 1.19 on a match by an old name finds nothing, and Envoy has no types of version 2 of its API.',
  fix: 'Use the names envoy.filters... and types of version 3.',
  references: [
    'https://github.com/istio/istio/pull/45675',
    'https://github.com/istio/istio/issues/28920',
    'https://github.com/envoyproxy/envoy/pull/19522',
  ],
  kinds: ['EnvoyFilter'],
  check: set =>
    oldNameFindings(
      set,
      type => `Envoy has no type ${type}: it is of version 2 of the API.`,
      (name, instead) => `No filter is named ${name} any more; use ${instead}.`,
    ),
}
