import {answeredFrom, noted} from '../../evidence/provenance.js'
import {parseZtunnelDump} from '../../formats/istio/ztunnel-dump.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import type {
  ZtunnelDump,
  ZtunnelIdentity,
  ZtunnelPodState,
  ZtunnelPolicy,
  ZtunnelService,
  ZtunnelWorkload,
} from '../../model/istio/ztunnel.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {type EvaluationTime, evaluationTime} from '../evaluation-time.js'
import {type Report, required} from '../report.js'
import {type ChosenZtunnels, chooseZtunnels, type ZtunnelChoice} from './choose.js'

/** What of a ztunnel is shown: rows of its config_dump. */
export interface ZtunnelReport extends Report {
  readonly subject: PodRef
  readonly dump: ZtunnelDump
  readonly json: unknown
  readonly artifact: Artifact
  readonly evaluatedAt: EvaluationTime
  readonly workloads: readonly ZtunnelWorkload[]
  readonly services: readonly ZtunnelService[]
  readonly policies: readonly ZtunnelPolicy[]
  readonly identities: readonly ZtunnelIdentity[]
  readonly podStates: readonly ZtunnelPodState[]
}

/** Which rows to show; a filter that is absent or empty keeps everything. */
export interface ZtunnelFilter {
  readonly address?: string | undefined
  readonly workloadNamespace?: string | undefined
  readonly workloadNode?: string | undefined
  readonly serviceNamespace?: string | undefined
  readonly policyNamespace?: string | undefined
}

/** The time given with --at, and the current time as the fallback. */
export interface ZtunnelMoment {
  readonly at: Date | undefined
  readonly now: Date
}

function same(wanted: string | undefined, found: string): boolean {
  return wanted === undefined || wanted === '' || wanted.toLowerCase() === found.toLowerCase()
}

function rowsOf(dump: ZtunnelDump, filter: ZtunnelFilter, only: PodRef | undefined) {
  const isOnly = (each: {readonly name: string; readonly namespace: string}) =>
    only === undefined || (each.name === only.name && each.namespace === only.namespace)
  return {
    workloads: dump.workloads
      .filter(isOnly)
      .filter(
        each =>
          same(filter.workloadNamespace, each.namespace) &&
          same(filter.workloadNode, each.node) &&
          (same(filter.address, '') || each.workloadIps.some(ip => same(filter.address, ip))),
      ),
    services: dump.services.filter(each => same(filter.serviceNamespace, each.namespace)),
    policies: dump.policies.filter(each => same(filter.policyNamespace, each.namespace)),
    identities: dump.identities,
    podStates: dump.podStates.filter(isOnly).filter(each => same(filter.workloadNamespace, each.namespace)),
  }
}

/** The configuration of the ztunnel chosen, filtered. */
export async function ztunnelReport(
  given: Source,
  choice: ZtunnelChoice,
  filter: ZtunnelFilter,
  moment: ZtunnelMoment,
): Promise<ZtunnelReport> {
  const source = noted(given)
  const {refs, only}: ChosenZtunnels = await chooseZtunnels(source, choice)
  const [subject = {namespace: '', name: ''}] = refs
  const artifact = required(await source.evidence('ztunnel.config_dump', subject), source, 'ztunnel.config_dump')
  const {json, dump} = required(parseZtunnelDump(artifact), source, 'ztunnel.config_dump')
  return {
    ...answeredFrom(source),
    gaps: artifact.incomplete ?? [],
    notes: refs.length > 1 ? [`using ${subject.name}.${subject.namespace}, of ${refs.length} ztunnel pods`] : [],
    subject,
    dump,
    json,
    artifact,
    evaluatedAt: evaluationTime(moment.at, artifact, moment.now, source.traits),
    ...rowsOf(dump, filter, only),
  }
}
