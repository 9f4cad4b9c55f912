import type {Gap} from '../../model/evidence/answer.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {objectLabel, objectRefOf} from '../../model/kube/pod.js'
import {textOf} from '../decode.js'

/** The most objects of one group that are named one by one. */
const SHOWN = 5

interface ApiGroup {
  readonly group: RegExp
  /** True if the Istio version decides whether the kind still exists. */
  readonly removed?: true
  readonly detail: string
  readonly hint: string
}

/** What to run for objects of the configuration. */
export const ANALYZE = 'Run: meshctl analyze'

/** API groups of traffic and security configuration, which rules read as evidence but do not check (istio.io release notes for the removed ones). */
const GROUPS: readonly ApiGroup[] = [
  {
    group: /^(rbac|authentication)\.istio\.io$/,
    removed: true,
    detail: 'its API was removed in Istio 1.6, so it has no effect',
    hint: 'Convert it to AuthorizationPolicy, PeerAuthentication or RequestAuthentication.',
  },
  {
    group: /^config\.istio\.io$/,
    removed: true,
    detail: 'it configured Mixer, which was removed in Istio 1.8, so it has no effect',
    hint: 'Use Telemetry, EnvoyFilter or WasmPlugin.',
  },
  {
    group: /^(networking|security|telemetry|extensions|install)\.istio\.io$/,
    detail: 'Istio configuration is not judged by check, only used to judge workloads',
    hint: ANALYZE,
  },
  {
    group: /^gateway\.networking\.k8s\.io$/,
    detail: 'the Gateway API is not judged by check',
    hint: ANALYZE,
  },
]

/** The gaps for mesh configuration that no rule checks: one per reason, with the names. */
export function unjudgedObjects(objects: readonly KubeObject[]): readonly Gap[] {
  return GROUPS.flatMap(({group, removed, detail, hint}): Gap[] => {
    const labels = objects
      // The machine behind it is a workload of check.
      .filter(
        object =>
          object.kind !== 'WorkloadEntry' && group.test((textOf(object, 'apiVersion') ?? '').split('/')[0] ?? ''),
      )
      .map(
        object =>
          `${objectLabel(objectRefOf(object))}${removed === undefined ? '' : ` (${textOf(object, 'apiVersion') ?? ''})`}`,
      )
    if (labels.length === 0) return []
    const more = labels.length > SHOWN ? ` and ${labels.length - SHOWN} more` : ''
    return [{what: `${labels.slice(0, SHOWN).join(', ')}${more}`, reason: 'not-applicable', detail, hint}]
  })
}
