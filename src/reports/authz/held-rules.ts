import type {MeshPod} from '../../analysis/request-path/world.js'
import {policiesFor as policiesAtZtunnel} from '../../analysis/ztunnel/rbac.js'
import {readZtunnel} from '../../evidence/ambient/read-ztunnel.js'
import {ztunnelOn} from '../../evidence/ambient/ztunnels.js'
import {readDump} from '../../evidence/mesh-world/site.js'
import type {Message} from '../../istiod/rbac/strings.js'
import {type Answer, answered, missing} from '../../model/evidence/answer.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {type ProxyRule, proxyRules} from './policy-keys.js'

/** Policies that istiod makes of PeerAuthentications for ztunnel (pilot/pkg/serviceregistry/kube/controller/ambient/authorization.go). */
const CONVERTED = /^(?:converted_peer_authentication_|istio_converted_static_)/

async function rulesAtZtunnel(source: Source, pod: MeshPod, istioNamespace: string): Promise<Answer<ProxyRule[]>> {
  const ztunnel = await ztunnelOn(source, pod.node ?? '', istioNamespace)
  if (!ztunnel.ok) return ztunnel
  const dump = await readZtunnel(source, ztunnel.value.ref)
  const {name, namespace} = pod.ref
  if (dump === undefined)
    return missing(`ztunnel's configuration of ${ztunnel.value.ref.name}`, 'not-captured', 'it could not be read')
  const workload = dump.workloads.find(each => each.name === name && each.namespace === namespace)
  if (workload === undefined)
    return missing(
      `policies of ${name}.${namespace} at ${ztunnel.value.ref.name}`,
      'not-found',
      'it does not know the pod',
    )
  const own = policiesAtZtunnel(workload, dump.policies).filter(each => !CONVERTED.test(each.name))
  return answered(
    own.flatMap(({namespace: home, name: policy, action, dryRun, rules}) =>
      // A policy whose rules istiod left out is there without any.
      [...(rules.length === 0 ? [0] : rules.keys())].map(index => ({
        namespace: home,
        name: policy,
        index,
        action: action === 'Deny' ? ('DENY' as const) : ('ALLOW' as const),
        dryRun,
        provider: undefined,
      })),
    ),
  )
}

/** The rules of AuthorizationPolicies that what guards a pod holds: its own proxy, or in ambient mode the ztunnel of its node. */
export async function heldRules(
  source: Source,
  subject: PodRef,
  pod: MeshPod | undefined,
  istioNamespace: string,
): Promise<Answer<readonly ProxyRule[]>> {
  if (pod?.mode === 'ambient') return await rulesAtZtunnel(source, pod, istioNamespace)
  const dump = await readDump(source, pod ?? {ref: subject})
  return dump.ok ? answered(proxyRules(dump.value as Message)) : dump
}
