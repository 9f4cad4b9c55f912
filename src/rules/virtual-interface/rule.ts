import {expectationFor} from '../../analysis/netfilter/expected-rules/from-pod.js'
import {isOlder} from '../../model/istio/istio-version.js'
import {injectedContainer} from '../../model/kube/pod.js'
import {commaList} from '../../model/text/comma-list.js'
import {defineRule, type Found, Inconclusive, PAGES} from '../rule.js'

const REROUTE = 'istio.io/reroute-virtual-interfaces'
const KUBEVIRT = 'traffic.sidecar.istio.io/kubevirtInterfaces'
/** Bridges of VMs and nested containers: Docker, Podman, libvirt and KubeVirt. */
const BRIDGE = /^(docker\d+|podman\d+|cni-podman\d+|virbr\d+|k6t-\S+)$/

/** True when an interface of the pod has that name; a `+` at the end stands for any ending, as in iptables(8). */
function hasInterface(name: string, interfaces: readonly string[]): boolean {
  return interfaces.some(each => (name.endsWith('+') ? each.startsWith(name.slice(0, -1)) : each === name))
}

export const rule = defineRule({
  code: 'MCT1314',
  slug: 'virtual-interface',
  aliases: [],
  severity: 'warning',
  title: 'Traffic from VMs behind an interface is misrouted',
  why: 'Traffic of a virtual machine or nested container enters the pod through an interface, so it is captured as inbound on 15006, unless the annotation names that interface and treats it as outbound.',
  fix: 'Name the interface as `ip addr` in the pod shows it: annotation istio.io/reroute-virtual-interfaces (before 1.25 traffic.sidecar.istio.io/kubevirtInterfaces), with interceptionMode REDIRECT.',
  references: [PAGES.annotations],
  modes: ['sidecar'],
  needs: [],
  uses: ['interfaces'],
  check: ({pod, version}, {interfaces}): readonly Found[] => {
    const annotation = pod.annotations[REROUTE] === undefined ? KUBEVIRT : REROUTE
    const path = `${pod.metadataPath}.annotations["${annotation}"]`
    const names = commaList(pod.annotations[annotation] ?? '')
    const expected = expectationFor(pod, {}, [])
    if (expected.kind !== 'sidecar') return []
    const {settings} = expected
    const proof = [{from: `annotation ${annotation}`, text: names.join(', ')}]
    const found: Found[] = []
    if (
      names.length > 0 &&
      injectedContainer(pod, 'istio-init') !== undefined &&
      settings.virtualInterfaces.length === 0
    )
      found.push({
        message: `${annotation} has no effect: the arguments of istio-init lack ${names.join(', ')}.`,
        path,
        proof,
      })
    else if (names.length > 0 && settings.mode === 'TPROXY')
      found.push({message: `With TPROXY, traffic from ${names.join(', ')} is still redirected to 15006.`, path, proof})
    if (names.length > 0 && annotation === KUBEVIRT && version !== undefined && !isOlder(version, 1, 25))
      found.push({severity: 'info', message: `${KUBEVIRT} is deprecated: use ${REROUTE}.`, path, proof})
    if (interfaces === undefined) {
      if (found.length > 0) return found
      throw new Inconclusive("the pod's network interfaces are unknown", 'not-captured')
    }
    const seen = {from: 'interfaces of the pod', text: interfaces.join(', ')}
    const absent = names.filter(name => !hasInterface(name, interfaces))
    if (absent.length > 0)
      found.push({message: `The pod has no interface ${absent.join(', ')}.`, path, proof: [...proof, seen]})
    const known = [...names, ...settings.virtualInterfaces, ...settings.excludedInterfaces]
    const bridges = interfaces.filter(name => BRIDGE.test(name) && !known.some(each => hasInterface(each, [name])))
    if (bridges.length > 0 && settings.inboundInclude === '*')
      found.push({
        message: `Traffic from VMs behind ${bridges.join(', ')} is redirected to 15006 as inbound.`,
        proof: [seen],
      })
    return found
  },
})
