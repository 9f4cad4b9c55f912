import {answeredFrom, noted} from '../../evidence/provenance.js'
import {type BootstrapFacts, decodeBootstrap} from '../../formats/envoy-config-dump/bootstrap.js'
import {decodeClusters} from '../../formats/envoy-config-dump/clusters.js'
import {decodeListeners} from '../../formats/envoy-config-dump/listeners.js'
import {parseConfigDump, section} from '../../formats/envoy-config-dump/parse.js'
import {decodeSecrets} from '../../formats/envoy-config-dump/secrets.js'
import type {EnvoyCluster} from '../../model/envoy/envoy-cluster.js'
import type {EndpointGroup} from '../../model/envoy/envoy-endpoint.js'
import type {EnvoyListener} from '../../model/envoy/envoy-listener.js'
import type {EnvoyRouteConfig} from '../../model/envoy/envoy-route.js'
import type {EnvoySecret} from '../../model/envoy/envoy-secret.js'
import {type Answer, answered, type Gap, missing} from '../../model/evidence/answer.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {type ClusterFilter, clustersIn} from '../clusters/report.js'
import {loadDump, nothingLeft, pendingNotes, unreadNotes} from '../config-dump.js'
import {assignmentsIn} from '../eds/report.js'
import {type EvaluationTime, evaluationTime} from '../evaluation-time.js'
import {type ListenerQuery, sortedListeners} from '../listeners/report.js'
import {optional, type Report, required} from '../report.js'
import {hiddenNote, routesIn} from '../routes/report.js'
import type {Moment} from '../secrets/report.js'

export interface AllFilter extends ClusterFilter, ListenerQuery {
  readonly name?: string | undefined
}

export interface AllReport extends Report {
  readonly subject: PodRef
  readonly verbose: boolean
  readonly headings: boolean
  readonly bootstrap: BootstrapFacts | undefined
  readonly clusters: readonly EnvoyCluster[] | undefined
  readonly listeners: readonly EnvoyListener[] | undefined
  readonly routes: readonly EnvoyRouteConfig[] | undefined
  readonly secrets: readonly EnvoySecret[] | undefined
  readonly endpoints: readonly EndpointGroup[] | undefined
  readonly evaluatedAt: EvaluationTime
  readonly artifact: Artifact
  readonly document: () => unknown
}

/** An empty section is a gap here; in the command for that section alone it is an error. */
function attempt<T>(what: string, read: () => T): Answer<T> {
  try {
    return answered(read())
  } catch (error) {
    if (error instanceof UserError) return missing(what, 'not-found', error.message)
    throw error
  }
}

/** The complete configuration of a pod's Envoy; a missing section is a gap, and an error if all are missing. */
export async function allReport(
  given: Source,
  subject: PodRef,
  filter: AllFilter,
  shown: {readonly verbose: boolean; readonly headings: boolean; readonly all: boolean},
  moment: Moment,
): Promise<AllReport> {
  const source = noted(given)
  const sections = ['bootstrap', 'clusters', 'listeners', 'routes', 'secrets', 'endpoints'] as const
  const {artifact, dump} = await loadDump(source, subject, sections)
  const gaps: Gap[] = [...(artifact.incomplete ?? [])]
  function part<T>(name: string, read: (held: unknown) => T): T | undefined {
    const held = section(dump, name)
    return optional(held.ok ? attempt(`${name.toLowerCase()} section`, () => read(held.value)) : held, gaps)
  }
  const parts = {
    bootstrap: part('Bootstrap', decodeBootstrap),
    clusters: part('Clusters', held => clustersIn(held, filter)),
    listeners: part('Listeners', held => sortedListeners(held, filter)),
    routes: part('Routes', held => routesIn(held, filter.name)),
    secrets: part('Secrets', decodeSecrets),
    endpoints: part('Endpoints', held => assignmentsIn(held, {address: filter.address, port: filter.port})),
  }
  if (Object.values(parts).every(held => held === undefined)) {
    throw new UserError(`the config dump in ${source.origin.label} has none of the sections meshctl shows`, {
      next: 'curl localhost:15000/config_dump?include_eds   # take a complete dump',
    })
  }
  const evaluatedAt = evaluationTime(moment.at, artifact, moment.now, source.traits)
  const listed = ['Clusters', 'Listeners', 'Routes', 'Secrets', 'Endpoints'] as const
  const notes = [
    ...listed.flatMap(name => pendingNotes(name, dump.sections.get(name))),
    ...listed.flatMap(name => unreadNotes(name, [dump.sections.get(name)])),
    ...(parts.clusters?.length === 0
      ? nothingLeft(0, decodeClusters(dump.sections.get('Clusters')).length, 'clusters')
      : []),
    ...(parts.listeners?.length === 0
      ? nothingLeft(0, decodeListeners(dump.sections.get('Listeners')).length, 'listeners')
      : []),
    ...(parts.secrets === undefined || parts.secrets.length === 0 ? [] : [`validity ${evaluatedAt.text}`]),
    ...(shown.verbose && !shown.all ? hiddenNote(parts.routes ?? []) : []),
  ]
  const {verbose, headings} = shown
  return {
    ...answeredFrom(source),
    gaps,
    notes,
    subject,
    verbose,
    headings,
    ...parts,
    evaluatedAt,
    artifact,
    document: () => required(parseConfigDump(artifact), source).json,
  }
}
