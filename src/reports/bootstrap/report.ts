import {answeredFrom, noted} from '../../evidence/provenance.js'
import {type BootstrapFacts, decodeBootstrap} from '../../formats/envoy-config-dump/bootstrap.js'
import {resourceJson} from '../../formats/envoy-config-dump/proto-json.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {loadDump, requiredSection} from '../config-dump.js'
import type {Report} from '../report.js'

export interface BootstrapReport extends Report {
  readonly subject: PodRef
  readonly facts: BootstrapFacts
  readonly artifact: Artifact
  readonly document: () => unknown
}

/** The bootstrap configuration of a pod's Envoy. */
export async function bootstrapReport(given: Source, subject: PodRef): Promise<BootstrapReport> {
  const source = noted(given)
  const {artifact, dump} = await loadDump(source, subject, ['bootstrap'])
  const section = requiredSection(dump, 'Bootstrap', source)
  const document = () => resourceJson(section)
  return {...answeredFrom(source), gaps: [], notes: [], subject, facts: decodeBootstrap(section), artifact, document}
}
