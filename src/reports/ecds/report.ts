import {answeredFrom, noted} from '../../evidence/provenance.js'
import {listOf} from '../../formats/decode.js'
import {type DiscoveredFilter, decodeEcds} from '../../formats/envoy-config-dump/ecds.js'
import {protoJson} from '../../formats/envoy-config-dump/proto-json.js'
import type {Artifact} from '../../model/evidence.js'
import type {PodRef} from '../../model/kube-object.js'
import {byText} from '../../model/order.js'
import type {Source} from '../../sources/source.js'
import {loadDump, requiredSection, unreadNotes} from '../config-dump.js'
import type {Report} from '../report.js'

export interface EcdsReport extends Report {
  readonly subject: PodRef
  readonly filters: readonly DiscoveredFilter[]
  readonly artifact: Artifact
  readonly document: () => unknown
}

/** The filters of a pod's Envoy delivered through ECDS, ordered by type and name. */
export async function ecdsReport(given: Source, subject: PodRef): Promise<EcdsReport> {
  const source = noted(given)
  const {artifact, dump} = await loadDump(source, subject, ['ecds'])
  requiredSection(dump, 'Ecds', source)
  const filters = [...decodeEcds(dump.ecds)].sort((a, b) => byText(a.type, b.type) || byText(a.name, b.name))
  const document = () => {
    const entries = dump.ecds.flatMap(section => listOf(section, 'ecds_filters')).map(protoJson)
    return entries.length === 0 ? {} : {ecdsFilters: entries}
  }
  return {
    ...answeredFrom(source),
    gaps: [],
    notes: unreadNotes('Ecds', dump.ecds),
    subject,
    filters,
    artifact,
    document,
  }
}
