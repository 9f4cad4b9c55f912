import {ruleKind} from '../../formats/istio-config/config-object.js'
import {differsFromKnown} from '../../formats/istio-config/crd-schemas.js'
import {byText} from '../../model/text/order.js'
import type {ConfigSet} from '../../rules/config/config-set.js'
import {VALIDATED_KINDS} from '../../rules/config/validated-kinds.js'

/** Says of which kinds objects were checked with schemas of the cluster that are of another release than those meshctl holds. */
export function schemaNotes(sets: readonly ConfigSet[]): readonly string[] {
  const kinds = new Set<string>()
  const releases = new Set<string>()
  for (const set of sets) {
    for (const schema of set.servedSchemas().values()) {
      const kind = ruleKind({kind: schema.kind, apiVersion: `${schema.group}/v1`})
      if (!VALIDATED_KINDS.includes(kind) || set.of(kind).length === 0 || !differsFromKnown(schema)) continue
      kinds.add(schema.kind)
      if (schema.release !== undefined) releases.add(schema.release)
    }
  }
  if (kinds.size === 0) return []
  const named = [...kinds].sort(byText).join(', ')
  const from = releases.size === 0 ? '' : ` (${[...releases].sort(byText).join(', ')})`
  return [
    `${named}: checked with the schemas of the cluster${from}, which differ from those of Istio 1.31 and Gateway API 1.6.`,
  ]
}
