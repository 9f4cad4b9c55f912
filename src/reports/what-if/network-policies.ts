import type {MeshPod} from '../../analysis/request-path/world.js'
import {networkPolicyVerdict, type PolicyEnd} from '../../analysis/traffic-policy/network-policy-verdict.js'
import type {TwoMeshes} from '../../evidence/predicted-mesh/meshes.js'
import {readNetworkPolicy} from '../../formats/kube/network-policy.js'
import type {MeshChange} from '../../formats/settings/change-file.js'
import {kindOf} from '../../model/kube/kinds.js'
import type {NetworkPolicyModel} from '../../model/kube/network-policy.js'
import {overlaySource} from '../../sources/overlay.js'
import type {Source} from '../../sources/source.js'
import type {Prediction} from './prediction.js'

/** The NetworkPolicies before and after a change that concerns any. */
export type ChangedPolicies = Readonly<Record<'before' | 'after', readonly NetworkPolicyModel[]>>

const KIND = 'NetworkPolicy'

/** The NetworkPolicies of both states; undefined when the change concerns none, so that those there are change nothing. */
export async function changedPolicies(source: Source, change: MeshChange): Promise<ChangedPolicies | undefined> {
  const kinds = [...change.apply, ...change.remove].map(({kind}) => kindOf(kind)?.kind ?? kind)
  if (!kinds.includes(KIND)) return undefined
  const of = async (from: Source) => {
    const answer = await from.objects({kind: KIND})
    return answer.ok ? answer.value.map(readNetworkPolicy) : []
  }
  return {before: await of(source), after: await of(overlaySource(source, change))}
}

/** What NetworkPolicies make of a request that otherwise reaches a pod; only policies that the change concerns make a difference. */
export function throughNetworkPolicies(
  policies: readonly NetworkPolicyModel[],
  {before, strangers, namespaces}: TwoMeshes,
  from: MeshPod,
  found: Prediction,
): Prediction {
  const {end} = found
  const to = [...before.pods, ...strangers].find(each => end !== undefined && each.addresses.includes(end.ip))
  // A pod that asks itself never leaves its network.
  if (end === undefined || to === undefined || to === from) return found
  const endOf = ({ref, labels, addresses}: MeshPod): PolicyEnd => ({
    namespace: ref.namespace,
    labels,
    namespaceLabels: namespaces.get(ref.namespace)?.labels ?? {},
    addresses,
  })
  const {allowed, by} = networkPolicyVerdict(policies, {from: endOf(from), to: endOf(to), port: end.port})
  if (allowed === true) return found
  const names = by.join(', ')
  if (allowed === undefined)
    return {
      ...found,
      outcome: 'undecided',
      kind: 'undecided',
      because: `NetworkPolicy ${names} names ports, and which numbers they have is not known`,
    }
  const proxied = from.mode === 'sidecar' || from.mode === 'gateway'
  return {
    ...found,
    outcome: 'refused',
    // A sidecar gives up connecting and answers itself; a client without one waits.
    status: proxied && found.status !== null ? 503 : null,
    kind: proxied ? (found.status === null ? 'no-answer' : '503') : 'timeout',
    policy: null,
    because: `NetworkPolicy ${names} lets no such connection through, where the network plugin enforces it`,
    end: undefined,
  }
}
