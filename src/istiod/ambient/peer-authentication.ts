import type {MtlsMode, PeerAuthentication} from '../../model/istio/istio-policy.js'
import {EMPTY_MATCH, type ZtunnelMatch, type ZtunnelPolicy, type ZtunnelRule} from '../../model/istio/ztunnel.js'
import {type Labels, matchesLabels, requirementsOf} from '../../model/kube/selector.js'
import {byText} from '../../model/text/order.js'

// ztunnel has no mTLS modes: istiod sends STRICT as a DENY of connections without an identity (recordings of Istio 1.31).

const STATIC = 'istio_converted_static_strict'
const CONVERTED = 'converted_peer_authentication_'

const noIdentity: ZtunnelMatch = {...EMPTY_MATCH, notPrincipals: [{kind: 'presence'}]}
const isOpen = (mode: MtlsMode) => mode === 'PERMISSIVE' || mode === 'DISABLE'

/** The oldest PeerAuthentication for the mesh, for a namespace, and for a workload. */
interface Levels {
  readonly mesh: PeerAuthentication | undefined
  readonly namespace: PeerAuthentication | undefined
}

function oldest(all: readonly PeerAuthentication[]): PeerAuthentication | undefined {
  return [...all].sort((a, b) => byText(a.createdAt, b.createdAt))[0]
}

function levelsOf(namespace: string, all: readonly PeerAuthentication[], root: string): Levels {
  const wide = (home: string) =>
    oldest(all.filter(each => each.selector === undefined && each.object.namespace === home))
  return {mesh: wide(root), namespace: namespace === root ? undefined : wide(namespace)}
}

/** Whether mesh and namespace together ask for mTLS; an UNSET mode is inherited. */
function strictAbove({mesh, namespace}: Levels): boolean {
  const mode = namespace === undefined || namespace.mode === 'UNSET' ? mesh?.mode : namespace.mode
  return mode === 'STRICT'
}

function policy(namespace: string, name: string, rules: readonly ZtunnelRule[]): ZtunnelPolicy {
  return {name, namespace, scope: 'WorkloadSelector', action: 'Deny', dryRun: false, rules, rawRules: null}
}

/** Whether the ports of a workload's policy differ from its mode, so that the policy is sent as one of its own. */
function differs({mode, ports}: PeerAuthentication, above: boolean): boolean {
  const modes = Object.values(ports)
  if (mode === 'STRICT') return modes.some(isOpen)
  // An inherited STRICT is only given up for PERMISSIVE ports.
  return mode === 'UNSET' && above ? modes.includes('PERMISSIVE') : modes.includes('STRICT')
}

/** The DENY of a PeerAuthentication whose ports differ from the rest; undefined for any other. */
function converted(peer: PeerAuthentication, above: boolean): ZtunnelPolicy | undefined {
  if (!differs(peer, above)) return undefined
  const ports = Object.entries(peer.ports)
  const numbers = (fits: (mode: MtlsMode) => boolean) =>
    ports
      .filter(([, mode]) => fits(mode))
      .map(([port]) => Number(port))
      .sort((a, b) => a - b)
  const strict = peer.mode === 'STRICT' || (peer.mode === 'UNSET' && above)
  const rules: readonly ZtunnelRule[] = strict
    ? [[[noIdentity], ...numbers(isOpen).map(port => [{...EMPTY_MATCH, notDestinationPorts: [port]}])]]
    : numbers(mode => mode === 'STRICT').map(port => [[{...noIdentity, destinationPorts: [port]}]])
  return policy(peer.object.namespace, `${CONVERTED}${peer.object.name}`, rules)
}

/** What happens to the PeerAuthentications of a mesh. */
export interface ConvertedModes {
  readonly policies: readonly ZtunnelPolicy[]
  /** `namespace/name` of the policies that stand for the mode of a workload. */
  readonly keysFor: (namespace: string, labels: Labels) => readonly string[]
}

/** The policies ztunnel gets for mTLS modes. DISABLE is no different from PERMISSIVE. */
export function convertedModes(all: readonly PeerAuthentication[], root: string): ConvertedModes {
  const own = all.filter(each => each.selector !== undefined && each.object.namespace !== root)
  const aboveOf = (namespace: string) => strictAbove(levelsOf(namespace, all, root))
  const made = new Map(
    own.flatMap(each => {
      const found = converted(each, aboveOf(each.object.namespace))
      return found === undefined ? [] : [[each, found] as const]
    }),
  )
  return {
    policies: all.length === 0 ? [] : [...made.values(), policy(root, STATIC, [[[noIdentity]]])],
    keysFor: (namespace, labels) => {
      const mine = oldest(
        own.filter(
          ({object, selector}) =>
            object.namespace === namespace && selector !== undefined && matchesLabels(requirementsOf(selector), labels),
        ),
      )
      const special = mine === undefined ? undefined : made.get(mine)
      if (special !== undefined) return [`${special.namespace}/${special.name}`]
      const strict = mine === undefined || mine.mode === 'UNSET' ? aboveOf(namespace) : mine.mode === 'STRICT'
      return strict ? [`${root}/${STATIC}`] : []
    },
  }
}
