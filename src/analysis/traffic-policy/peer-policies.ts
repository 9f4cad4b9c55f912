import type {MtlsMode, PeerAuthentication} from '../../model/istio/istio-policy.js'
import {type ObjectRef, objectLabel, type PodModel} from '../../model/kube/pod.js'
import {matchesLabels, requirementsOf} from '../../model/kube/selector.js'
import {byText} from '../../model/text/order.js'
import {mtlsMode, type PeerMode} from './peer-mode.js'

/** A PeerAuthentication that selects the pod, and why it is ignored if it is. */
export interface PeerPolicy {
  readonly object: ObjectRef
  readonly level: 'mesh' | 'namespace' | 'workload'
  readonly mode: MtlsMode
  readonly ignored?: string
}

/** The mTLS mode of a pod, by workload and by port, and every policy that selects it. */
export interface PeerPolicies {
  readonly workload: PeerMode
  readonly ports: readonly (PeerMode & {readonly port: number})[]
  readonly policies: readonly PeerPolicy[]
}

/** A port no policy can name: asking for it gives the mode of the workload. */
const NO_PORT = -1

function levelOf({selector, object}: PeerAuthentication, rootNamespace: string): PeerPolicy['level'] {
  if (selector !== undefined) return 'workload'
  return object.namespace === rootNamespace ? 'mesh' : 'namespace'
}

function byAge(a: PeerAuthentication, b: PeerAuthentication): number {
  return byText(a.createdAt, b.createdAt) || byText(objectLabel(a.object), objectLabel(b.object))
}

/**
 * The policies of the pod's namespace and of the root namespace that select it, the widest first. Of several at one level the oldest
 * alone counts, and one with a selector in the root namespace never does (istio.io, PeerAuthentication).
 */
export function peerPolicies(pod: PodModel, all: readonly PeerAuthentication[], rootNamespace: string): PeerPolicies {
  const selecting = all
    .filter(({object}) => object.namespace === pod.object.namespace || object.namespace === rootNamespace)
    .filter(({selector}) => selector === undefined || matchesLabels(requirementsOf(selector), pod.labels))
    .sort(byAge)
  const inForce = new Map<PeerPolicy['level'], PeerAuthentication>()
  const policies = selecting.map((policy): PeerPolicy => {
    const level = levelOf(policy, rootNamespace)
    const base = {object: policy.object, level, mode: policy.mode}
    if (level === 'workload' && policy.object.namespace === rootNamespace)
      return {...base, ignored: 'a selector in the root namespace is ignored'}
    const older = inForce.get(level)
    if (older !== undefined) return {...base, ignored: `${older.object.name} is older, and only the oldest applies`}
    inForce.set(level, policy)
    return base
  })
  const order = ['mesh', 'namespace', 'workload']
  const numbers = Object.keys(inForce.get('workload')?.ports ?? {}).map(Number)
  return {
    workload: mtlsMode(pod, NO_PORT, all, rootNamespace),
    ports: numbers.sort((a, b) => a - b).map(port => ({port, ...mtlsMode(pod, port, all, rootNamespace)})),
    policies: policies.sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level)),
  }
}
