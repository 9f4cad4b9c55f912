import {expectationFor} from '../../analysis/netfilter/expected-rules/from-pod.js'
import {splitList} from '../../analysis/netfilter/expected-rules/settings.js'
import {isOlder} from '../../model/istio-version.js'
import {injectedContainer} from '../../model/pod.js'
import {defineRule, type Found, PAGES, Undecided} from '../rule.js'

const REROUTE = 'istio.io/reroute-virtual-interfaces'
const KUBEVIRT = 'traffic.sidecar.istio.io/kubevirtInterfaces'
/** Bridges behind which guests live: Docker's, Podman's, libvirt's and KubeVirt's own names. */
const BRIDGE = /^(docker\d+|podman\d+|cni-podman\d+|virbr\d+|k6t-\S+)$/

/** True when an interface of the pod has that name; a `+` at the end stands for any ending, as in iptables(8). */
function isThere(name: string, interfaces: readonly string[]): boolean {
  return interfaces.some(each => (name.endsWith('+') ? each.startsWith(name.slice(0, -1)) : each === name))
}

export const rule = defineRule({
  code: 'MCT1314',
  slug: 'virtual-interface',
  aliases: [],
  severity: 'warning',
  title: 'Traffic of guests behind an interface goes the wrong way',
  why: 'What a virtual machine or an inner container sends comes into the pod through an interface, so that it looks inbound: the sidecar takes it on 15006 as if the pod itself were called. Interfaces named in the annotation are treated as outbound instead.',
  fix: 'Name the interface as `ip addr` in the pod shows it: annotation istio.io/reroute-virtual-interfaces (before 1.25 traffic.sidecar.istio.io/kubevirtInterfaces), with interceptionMode REDIRECT.',
  references: [PAGES.annotations],
  modes: ['sidecar'],
  needs: [],
  uses: ['interfaces'],
  check: ({pod, version}, {interfaces}): readonly Found[] => {
    const asked = pod.annotations[REROUTE] === undefined ? KUBEVIRT : REROUTE
    const path = `${pod.metadataPath}.annotations["${asked}"]`
    const names = splitList(pod.annotations[asked] ?? '')
    const expected = expectationFor(pod, {}, [])
    if (expected.kind !== 'sidecar') return []
    const {settings} = expected
    const proof = [{from: `annotation ${asked}`, text: names.join(', ')}]
    const found: Found[] = []
    if (
      names.length > 0 &&
      injectedContainer(pod, 'istio-init') !== undefined &&
      settings.virtualInterfaces.length === 0
    )
      found.push({message: `${asked} has no effect: istio-init was not told of ${names.join(', ')}.`, path, proof})
    else if (names.length > 0 && settings.mode === 'TPROXY')
      found.push({message: `With TPROXY traffic from ${names.join(', ')} still goes to 15006.`, path, proof})
    if (names.length > 0 && asked === KUBEVIRT && version !== undefined && !isOlder(version, 1, 25))
      found.push({severity: 'info', message: `${KUBEVIRT} is deprecated: use ${REROUTE}.`, path, proof})
    if (interfaces === undefined) {
      if (found.length > 0) return found
      throw new Undecided('the network interfaces of the pod are not known', 'not-captured')
    }
    const seen = {from: 'interfaces of the pod', text: interfaces.join(', ')}
    const absent = names.filter(name => !isThere(name, interfaces))
    if (absent.length > 0)
      found.push({message: `The pod has no interface ${absent.join(', ')}.`, path, proof: [...proof, seen]})
    const known = [...names, ...settings.virtualInterfaces, ...settings.excludedInterfaces]
    const bridges = interfaces.filter(name => BRIDGE.test(name) && !known.some(each => isThere(each, [name])))
    if (bridges.length > 0 && settings.inboundInclude === '*')
      found.push({message: `What guests behind ${bridges.join(', ')} send is led to 15006 as inbound.`, proof: [seen]})
    return found
  },
})
