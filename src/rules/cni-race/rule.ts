import {exitCodeOf, initFailures} from '../../analysis/netfilter/init-failure.js'
import {proxyIds} from '../../analysis/pod-mode/pod-mode.js'
import {injectedContainer, type PodModel} from '../../model/pod.js'
import {defineRule, PAGES} from '../rule.js'

/** The user validation runs as, where the rules exempt another one: its test connection then is not captured whatever the rules. */
function strangeUser(pod: PodModel): number | undefined {
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
  title: 'The CNI plugin made no rules for the pod',
  why: 'The plugin of the node was not ready when the pod was started, so its network was set up without it. istio-validation sees that and holds the pod in Init; starting containers again does not help, for rules are only made with the network.',
  fix: 'Delete the pod: its successor gets a new network. To have that done by itself, enable the repair of the plugin (values.cni.repair.enabled, with deletePods or repairPods), and see that istio-cni-node runs on the node.',
  references: [PAGES.cni, 'https://istio.io/latest/docs/ops/diagnostic-tools/cni/'],
  modes: ['sidecar'],
  alsoWhenOver: true,
  needs: ['status'],
  uses: ['cniExcluded'],
  check: ({pod}, {cniExcluded}) => {
    const excluded = cniExcluded?.namespaces.includes(pod.object.namespace) === true
    // Why there are no rules is then known, and another finding.
    if (excluded) return []
    const user = strangeUser(pod)
    return initFailures(pod, undefined)
      .filter(({container, cause}) => container === 'istio-validation' && cause === 'validation')
      .map(({container, state}) => ({
        message:
          user === undefined
            ? `${container} found no rules: the CNI plugin had not set up this pod.`
            : `${container} runs as user ${user}, whom the rules do not know: it fails even where they are in place.`,
        ...(user === undefined ? {} : {fix: "Let istio-validation run as the sidecar's user, as injection writes it."}),
        proof: [
          {
            from: `status of container ${container}`,
            text: `exit code ${exitCodeOf(state)}, restarts: ${state.restarts}`,
          },
        ],
      }))
  },
})
