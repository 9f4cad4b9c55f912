import {definedFields} from '../../model/collections/defined-fields.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import type {NetworkPolicyModel, NetworkPolicyRule, PolicyPeer, PolicyPort} from '../../model/kube/network-policy.js'
import {objectRefOf} from '../../model/kube/pod.js'
import {field, listOf, numberOf, objectOf, textOf, textsOf} from '../decode.js'
import {readLabelSelector} from '../istio/injection-webhook.js'

function peerOf(entry: unknown): PolicyPeer {
  const [pods, namespaces] = [objectOf(entry, 'podSelector'), objectOf(entry, 'namespaceSelector')]
  const cidr = textOf(entry, 'ipBlock', 'cidr')
  const exceptions = textsOf(entry, 'ipBlock', 'except')
  return {
    pods: pods === undefined ? undefined : readLabelSelector(pods),
    namespaces: namespaces === undefined ? undefined : readLabelSelector(namespaces),
    cidr,
    ...definedFields({exceptions: exceptions.length === 0 ? undefined : exceptions}),
  }
}

function portOf(entry: unknown): PolicyPort {
  const port = field(entry, 'port')
  const endPort = numberOf(entry, 'endPort')
  return {
    protocol: textOf(entry, 'protocol') ?? 'TCP',
    ...definedFields({port: typeof port === 'number' || typeof port === 'string' ? port : undefined}),
    endPort,
  }
}

function rulesOf(
  object: KubeObject,
  direction: 'ingress' | 'egress',
  peers: 'from' | 'to',
): readonly NetworkPolicyRule[] {
  return listOf(object, 'spec', direction).map(rule => ({
    peers: listOf(rule, peers).map(peerOf),
    ports: listOf(rule, 'ports').map(portOf),
  }))
}

/** A NetworkPolicy object; without policyTypes it is about ingress, and about egress when it has such rules (Kubernetes API, NetworkPolicySpec). */
export function readNetworkPolicy(object: KubeObject): NetworkPolicyModel {
  const types = textsOf(object, 'spec', 'policyTypes')
  const egress = rulesOf(object, 'egress', 'to')
  const about = (type: string, usual: boolean) => (types.length === 0 ? usual : types.includes(type))
  return {
    object: objectRefOf(object),
    pods: readLabelSelector(objectOf(object, 'spec', 'podSelector')),
    ...definedFields({
      ingress: about('Ingress', true) ? rulesOf(object, 'ingress', 'from') : undefined,
      egress: about('Egress', egress.length > 0) ? egress : undefined,
    }),
  }
}
