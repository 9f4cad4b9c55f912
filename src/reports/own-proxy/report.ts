import {controlPlaneName} from '../../analysis/control-plane/name.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {at, textOf} from '../../formats/decode.js'
import {parseServerInfo} from '../../formats/envoy/envoy-server-info.js'
import {decodeBootstrap, UNKNOWN_VERSION} from '../../formats/envoy-config-dump/bootstrap.js'
import {type ConfigSource, configSource} from '../../formats/envoy-config-dump/config-source.js'
import {type PendingSection, pendingResources} from '../../formats/envoy-config-dump/pending.js'
import {resourcesOf} from '../../formats/envoy-config-dump/resources.js'
import {processRole} from '../../formats/process-role.js'
import {parseProcesses} from '../../formats/processes.js'
import {pendingSentence} from '../../model/envoy/pending-resource.js'
import type {Gap} from '../../model/evidence/answer.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {loadDump} from '../config-dump.js'
import {optional, type Report} from '../report.js'

/** How far one type of resource has come. */
export interface TypeState {
  readonly type: 'CDS' | 'LDS' | 'RDS'
  readonly count: number
  readonly version: string
}

/** The state of one proxy as the proxy itself tells it, where no control plane can be asked. */
export interface OwnProxyReport extends Report {
  readonly subject: PodRef
  readonly node: string
  readonly envoy: string
  readonly state: string
  readonly source: ConfigSource | undefined
  readonly controlPlane: string
  readonly types: readonly TypeState[]
  /** Resources that are rejected or wait for something, a sentence each. */
  readonly problems: readonly string[]
}

const TYPES: readonly (readonly [TypeState['type'], PendingSection & ('Clusters' | 'Listeners' | 'Routes')])[] = [
  ['CDS', 'Clusters'],
  ['LDS', 'Listeners'],
  ['RDS', 'Routes'],
]

async function registryOf(source: Source, subject: PodRef): Promise<string | undefined> {
  const answer = await source.evidence('net.processes', subject)
  const read = answer.ok ? parseProcesses(answer.value) : answer
  return read.ok ? read.value.map(each => processRole(each).registry).find(name => name !== undefined) : undefined
}

/** What the proxy of a source without Kubernetes says of itself: its control plane by name, its state, and what it has and has not accepted. */
export async function ownProxyReport(given: Source, subject: PodRef): Promise<OwnProxyReport> {
  const source = noted(given)
  const {artifact, dump} = await loadDump(source, subject, ['bootstrap', 'clusters', 'listeners', 'routes'])
  const gaps: Gap[] = [...(artifact.incomplete ?? [])]
  const bootstrap = dump.sections.get('Bootstrap')
  const facts = decodeBootstrap(bootstrap)
  const page = await source.evidence('envoy.server_info', subject)
  const info = optional(page.ok ? parseServerInfo(page.value) : page, gaps)
  const registry = await registryOf(source, subject)
  const written = configSource(at(bootstrap, 'bootstrap'))
  // Other parts of a bootstrap that was cut are unknown.
  const from = written?.kind === 'static' && gaps.length > 0 ? undefined : written
  const hints = {cluster: from?.cluster, addresses: from?.addresses ?? [], discoveryAddress: facts.discoveryAddress}
  const controlPlane =
    from === undefined
      ? `unknown${registry === undefined ? '' : `, services from ${registry}`}`
      : from.kind === 'static'
        ? 'none: its configuration is static'
        : from.kind === 'watched files'
          ? 'none: it reads its configuration from files'
          : controlPlaneName({...hints, registry})
  const sections = TYPES.map(([type, name]) => ({type, name, section: dump.sections.get(name)}))
  const problems = sections.flatMap(({name, section}) => pendingResources(section, name).map(pendingSentence))
  return {
    ...answeredFrom(source),
    gaps,
    notes: ['the control plane itself was not asked: this is what the proxy says'],
    subject,
    node: facts.nodeId,
    envoy: facts.envoyVersion === UNKNOWN_VERSION ? '' : facts.envoyVersion,
    state: info?.state ?? 'unknown',
    source: from,
    controlPlane,
    types: sections.map(({type, name, section}) => ({
      type,
      count: resourcesOf(section, name).length,
      version: textOf(section, 'version_info') ?? '',
    })),
    problems,
    failing: problems.length > 0,
  }
}
