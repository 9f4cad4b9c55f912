import {ambientRulesets} from '../../analysis/netfilter/expected-rules/ambient.js'
import {expectedRulesets} from '../../analysis/netfilter/expected-rules/expected.js'
import {ambientExpectation, expectationFor} from '../../analysis/netfilter/expected-rules/from-pod.js'
import {knownRelease, NEWEST} from '../../analysis/netfilter/expected-rules/releases.js'
import {compileRules} from '../../analysis/netfilter/packet-walk/compile.js'
import {withDefaultNetwork} from '../../analysis/netfilter/packet-walk/default-network.js'
import {proxyTraitsOf} from '../../analysis/netfilter/proxy-traits.js'
import type {SiteKernel} from '../../analysis/request-path/world.js'
import {parseIp} from '../../model/kernel/ip-address.js'
import type {PodModel} from '../../model/kube/pod.js'

/**
 * The rules istio-cni or istio-init sets in a pod by its labels and annotations, on a network with the addresses of the pod; undefined
 * for a pod that gets none.
 */
export function computedKernel(pod: PodModel, mode: 'ambient' | 'sidecar'): SiteKernel | undefined {
  const expectation = mode === 'ambient' ? ambientExpectation(pod, undefined) : expectationFor(pod, {}, [])
  if (expectation.kind === 'none') return undefined
  const {minor} = expectation
  const rulesets =
    expectation.kind === 'ambient'
      ? ambientRulesets(expectation.settings)
      : expectedRulesets(expectation.settings, minor === undefined ? NEWEST : knownRelease(minor))
  const own = (pod.status?.podIps ?? []).map(parseIp).filter(each => each !== undefined)
  return {
    rules: compileRules(rulesets),
    machine: withDefaultNetwork({}, rulesets, false, own),
    traits: proxyTraitsOf(rulesets),
    marksAnswers: true,
    capturesDns: expectation.settings.dns,
    from: 'computed',
  }
}
