import {answeredFrom, noted} from '../../evidence/provenance.js'
import {decodeEndpoints, keepEndpoints} from '../../formats/envoy-config-dump/endpoints.js'
import {section} from '../../formats/envoy-config-dump/parse.js'
import {resourceJson} from '../../formats/envoy-config-dump/proto-json.js'
import {resourcesOf} from '../../formats/envoy-config-dump/resources.js'
import {byClusterName, clusterNameParts} from '../../model/envoy/envoy-cluster.js'
import type {EndpointGroup} from '../../model/envoy/envoy-endpoint.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {loadDump, nothingLeft, unreadNotes} from '../config-dump.js'
import {type EndpointFilter, keptGroups} from '../endpoint-filter.js'
import {type Report, required} from '../report.js'

export interface EdsReport extends Report {
  readonly subject: PodRef
  readonly groups: readonly EndpointGroup[]
  readonly artifact: Artifact
  readonly document: () => unknown
}

/** The load assignments of a section that match the filter, ordered by cluster name like the cluster table. */
export function assignmentsIn(endpoints: unknown, filter: EndpointFilter): readonly EndpointGroup[] {
  return keptGroups(decodeEndpoints(endpoints), filter)
    .map(group => ({group, name: group.cluster, parts: clusterNameParts(group.cluster)}))
    .sort(byClusterName)
    .map(({group}) => group)
}

/** The endpoints a pod's Envoy received from istiod; for a dump without EDS none, with a note. */
export async function edsReport(given: Source, subject: PodRef, filter: EndpointFilter): Promise<EdsReport> {
  const source = noted(given)
  const {artifact, dump} = await loadDump(source, subject, ['endpoints'])
  const endpoints = section(dump, 'Endpoints')
  // A text without a single section is not a dump at all; one without this section is what istioctl shows empty.
  if (!endpoints.ok && dump.sections.size === 0) required(endpoints, source, 'envoy.config_dump')
  const lost = endpoints.ok ? [] : [endpoints.gap]
  const groups = endpoints.ok ? assignmentsIn(endpoints.value, filter) : []
  const all = endpoints.ok && groups.length === 0 ? resourcesOf(endpoints.value, 'Endpoints').length : 0
  const notes = endpoints.ok
    ? [
        ...unreadNotes('Endpoints', [endpoints.value]),
        ...(all === 0 ? [] : nothingLeft(groups.length, all, 'load assignments')),
      ]
    : ['the dump has no endpoints: take it with ?include_eds']
  const document = () =>
    groups.map(({json, endpoints: kept}) =>
      resourceJson(
        keepEndpoints(
          json,
          kept.map(({at}) => at),
        ),
      ),
    )
  return {
    ...answeredFrom(source),
    gaps: [...(artifact.incomplete ?? []), ...lost],
    notes,
    subject,
    groups,
    artifact,
    document,
  }
}
