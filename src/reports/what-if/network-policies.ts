import type {MeshPod} from '../../analysis/request-path/world.js'
import {
  networkPolicyVerdict,
  type PolicyEnd,
  policyNames,
} from '../../analysis/traffic-policy/network-policy-verdict.js'
import type {TwoMeshes} from '../../evidence/predicted-mesh/meshes.js'
import {readNetworkPolicy} from '../../formats/kube/network-policy.js'
import type {MeshChange} from '../../formats/settings/change-file.js'
import {HBONE_PORT} from '../../model/istio/reserved-ports.js'
import {kindOf} from '../../model/kube/kinds.js'
import {podLabel} from '../../model/kube/kube-object.js'
import type {NetworkPolicyModel} from '../../model/kube/network-policy.js'
import {overlaySource} from '../../sources/overlay.js'
import type {Source} from '../../sources/source.js'
import type {Hop, Prediction} from './prediction.js'

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

/** The port between two pods: ztunnel carries what ambient pods send to one another to its own (istio.io, "Ambient and Kubernetes NetworkPolicy"). */
function portOf({from, to, address}: Hop): number {
  const carried =
    (from.mode === 'ambient' || from.mode === 'waypoint') && (to.mode === 'ambient' || to.mode === 'waypoint')
  return carried ? HBONE_PORT : address.port
}

/** What NetworkPolicies make of a request that otherwise reaches a pod; only policies that the change concerns make a difference. */
export function throughNetworkPolicies(
  policies: readonly NetworkPolicyModel[],
  {namespaces}: TwoMeshes,
  found: Prediction,
): Prediction {
  const endOf = ({ref, labels, addresses}: MeshPod): PolicyEnd => ({
    namespace: ref.namespace,
    labels,
    namespaceLabels: namespaces.get(ref.namespace)?.labels ?? {},
    addresses,
  })
  for (const hop of found.hops) {
    const ends = {from: endOf(hop.from), to: endOf(hop.to), port: portOf(hop)}
    const {allowed, policies: deciding} = networkPolicyVerdict(policies, ends)
    if (allowed === true) continue
    const names = policyNames(deciding)
    if (allowed === undefined)
      return {
        ...found,
        outcome: 'undecided',
        kind: 'undecided',
        because: `NetworkPolicy ${names} names ports, and which numbers they have is not known`,
      }
    const proxied = hop.from.mode === 'sidecar' || hop.from.mode === 'gateway'
    return {
      ...found,
      outcome: 'refused',
      // A proxy gives up connecting and answers itself; a client without one waits.
      status: proxied && found.status !== null ? 503 : null,
      kind: proxied ? (found.status === null ? 'no-answer' : '503') : 'timeout',
      policy: null,
      because: `NetworkPolicy ${names} lets no connection from ${podLabel(hop.from.ref)} to ${podLabel(hop.to.ref)} port ${ends.port} through, where the network plugin enforces it`,
      end: undefined,
    }
  }
  return found
}
