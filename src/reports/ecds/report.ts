import {answeredFrom, noted} from '../../evidence/provenance.js'
import {listOf} from '../../formats/decode.js'
import {type DiscoveredFilter, decodeEcds} from '../../formats/envoy-config-dump/ecds.js'
import {protoJson} from '../../formats/envoy-config-dump/proto-json.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import {byText} from '../../model/text/order.js'
import type {Source} from '../../sources/source.js'
import {loadDump, requiredSection, unreadNotes} from '../config-dump.js'
import type {Report} from '../report.js'

export interface EcdsReport extends Report {
  readonly subject: PodRef
  readonly filters: readonly DiscoveredFilter[]
  readonly artifact: Artifact
  readonly document: () => unknown
}

/** Sections of every whole config_dump: Envoy leaves the one of ECDS out when no filter is delivered by it. */
const OF_A_WHOLE_DUMP = ['Bootstrap', 'Clusters', 'Listeners']

/**
 * The filters of a pod's Envoy delivered through ECDS, ordered by type and name; none when a whole dump from a proxy has no section
 * for them. A file may have been cut, so there it is missing, as for istioctl.
 */
export async function ecdsReport(given: Source, subject: PodRef): Promise<EcdsReport> {
  const source = noted(given)
  const {artifact, dump} = await loadDump(source, subject, ['ecds', 'bootstrap', 'clusters', 'listeners'])
  const none =
    source.traits.complete && dump.ecds.length === 0 && OF_A_WHOLE_DUMP.every(name => dump.sections.has(name))
  if (!none) requiredSection(dump, 'Ecds', source)
  const filters = [...decodeEcds(dump.ecds)].sort((a, b) => byText(a.type, b.type) || byText(a.name, b.name))
  const document = () => {
    const entries = dump.ecds.flatMap(section => listOf(section, 'ecds_filters')).map(protoJson)
    return entries.length === 0 ? {} : {ecdsFilters: entries}
  }
  return {
    ...answeredFrom(source),
    gaps: artifact.incomplete ?? [],
    notes: none ? ['no filters are delivered by ECDS'] : unreadNotes('Ecds', dump.ecds),
    subject,
    filters,
    artifact,
    document,
  }
}
