import {containerExitCode, initFailures} from '../../analysis/netfilter/init-failure.js'
import {proxyIds} from '../../analysis/pod-mode/pod-mode.js'
import {injectedContainer, type PodModel} from '../../model/kube/pod.js'
import {defineRule, PAGES} from '../rule.js'

/** The uid istio-validation runs as, where the rules do not exempt it: its test connection then fails even with the rules in place. */
function unexemptedUser(pod: PodModel): number | undefined {
  const user = injectedContainer(pod, 'istio-validation')?.security.runAsUser ?? pod.security.runAsUser
  const proxy = injectedContainer(pod, 'istio-proxy')?.security.runAsUser
  const exempt = proxy === undefined || proxy === 0 ? proxyIds(pod).uids : [proxy]
  return user === undefined || exempt.includes(user) ? undefined : user
}

export const rule = defineRule({
  code: 'MCT1422',
  slug: 'cni-race',
  aliases: [],
  severity: 'error',
  title: 'CNI plugin did not set up the pod',
  why: "The plugin was not ready when the pod's network was created: istio-validation detects that and the pod stays in Init, since restarting containers does not create the rules.",
  fix: 'Delete the pod: its replacement gets a new network. To automate that, enable the repair of the plugin (values.cni.repair.enabled, with deletePods or repairPods), and check that istio-cni-node runs on the node.',
  references: [PAGES.cni, 'https://istio.io/latest/docs/ops/diagnostic-tools/cni/'],
  modes: ['sidecar'],
  includeTerminated: true,
  needs: ['status'],
  uses: ['cniExcluded'],
  check: ({pod}, {cniExcluded}) => {
    const excluded = cniExcluded?.namespaces.includes(pod.object.namespace) === true
    // MCT1702 reports an excluded namespace.
    if (excluded) return []
    const user = unexemptedUser(pod)
    return initFailures(pod, undefined)
      .filter(({container, cause}) => container === 'istio-validation' && cause === 'validation')
      .map(({container, state}) => ({
        message:
          user === undefined
            ? `${container} found no iptables rules: the CNI plugin did not set up this pod.`
            : `${container} runs as uid ${user}, which the iptables rules do not exempt: it fails even with the rules in place.`,
        fix: user === undefined ? undefined : "Run istio-validation as the sidecar's uid, as injection sets it.",
        proof: [
          {
            from: `status of container ${container}`,
            text: `exit code ${containerExitCode(state)}, restarts: ${state.restarts}`,
          },
        ],
      }))
  },
})
