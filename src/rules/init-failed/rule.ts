import {containerExitCode, type InitFailure, initFailures} from '../../analysis/netfilter/init-failure.js'
import {SETUP_CAUSES, type SetupCause} from '../../analysis/netfilter/setup/signs.js'
import {defineRule, PAGES} from '../rule.js'

/** What each cause means and how to fix it; closer than the general words. */
const REASONS: Partial<Readonly<Record<SetupCause, readonly [string, string]>>> = {
  privilege: [
    'it lacks NET_ADMIN or NET_RAW',
    'Install the Istio CNI plugin, or allow istio-init NET_ADMIN and NET_RAW.',
  ],
  lock: [
    'another program held the xtables lock',
    'Usually resolves automatically: the kubelet restarts the container.',
  ],
  nft: ['native nftables is enabled but nft is not in the image', 'Use an image with nft, or disable native nftables.'],
  validation: [
    'its test connection was not captured',
    "Compare the rules with the expected ones: meshctl iptables POD --drift; run the container as the proxy's uid.",
  ],
}

function reasonOf(cause: SetupCause): readonly [string, string] | undefined {
  if (cause === 'unknown') return undefined
  return REASONS[cause] ?? [SETUP_CAUSES[cause].cause, SETUP_CAUSES[cause].fix]
}

/** Failures that other rules report: back ends, kernel modules, and a CNI plugin that was not ready. */
function hasOwnRule({container, cause}: InitFailure): boolean {
  return cause === 'table' || cause === 'module' || (container === 'istio-validation' && cause === 'validation')
}

export const rule = defineRule({
  code: 'MCT1423',
  slug: 'init-failed',
  aliases: [],
  severity: 'error',
  title: 'Traffic capture could not be set up',
  why: 'The pod must not run without its iptables rules, so it stays in Init.',
  fix: 'Read the log of the container that failed: kubectl logs POD -c istio-init.',
  references: [PAGES.cni, PAGES.podSecurity],
  modes: ['sidecar'],
  outsideKubernetes: true,
  includeTerminated: true,
  needs: ['status'],
  uses: ['initLog'],
  check: ({pod}, {initLog}) =>
    initFailures(pod, initLog)
      .filter(failure => !hasOwnRule(failure))
      .map(({container, state, cause, line}) => {
        const known = reasonOf(cause)
        const code = containerExitCode(state)
        return {
          message: `${container} failed${code === undefined ? '' : ` with exit code ${code}`}${known === undefined ? '' : `: ${known[0]}`}.`,
          fix: known === undefined ? undefined : known[1],
          proof: [
            {
              from: `status of container ${container}`,
              text: `${state.state}${state.reason === undefined ? '' : ` ${state.reason}`}, restarts: ${state.restarts}`,
            },
            ...(line === undefined ? [] : [{from: `log of ${container}`, text: line}]),
          ],
        }
      }),
})
