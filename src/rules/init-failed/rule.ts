import {injectedContainer} from '../../model/pod.js'
import {defineRule, PAGES} from '../rule.js'

/** What istio-init and istio-validation write when they fail (iptables, kernel and pilot-agent messages), and what it means. */
const REASONS: readonly (readonly [RegExp, string, string])[] = [
  [
    /Permission denied|Operation not permitted|you must be root/i,
    'it lacks NET_ADMIN or NET_RAW',
    'Install the Istio CNI plugin, or allow istio-init NET_ADMIN and NET_RAW.',
  ],
  [
    /can't initialize ip6?tables table|unable to initialize table|does the table exist|Module \S+ not found/i,
    "the node's kernel lacks a netfilter module",
    'Load the modules on the node (iptable_nat, xt_owner, xt_REDIRECT …) or use the other iptables back end.',
  ],
  [
    /xtables lock/i,
    'another program held the xtables lock',
    'Usually passes by itself: the container is started again.',
  ],
  [
    /nft: (command )?not found|exec: "nft"/i,
    'native nftables were asked for and nft is not in the image',
    'Use an image with nft, or native nftables off.',
  ],
  [
    /validation failed|iptables validation/i,
    'the rules are not in place',
    "The node's CNI was not ready when the pod started: delete the pod, or enable the CNI's repair.",
  ],
]

export const rule = defineRule({
  code: 'MCT1423',
  slug: 'init-failed',
  aliases: [],
  severity: 'error',
  title: 'The capture of traffic could not be set up',
  why: 'Without its rules the pod must not run, so it stays in Init.',
  fix: 'Read the log of the container that failed: kubectl logs POD -c istio-init.',
  references: [PAGES.cni, PAGES.podSecurity],
  modes: ['sidecar'],
  alsoWhenOver: true,
  needs: [],
  uses: ['initLog'],
  check: ({pod}, {initLog}) =>
    ['istio-init', 'istio-validation'].flatMap(name => {
      const state = injectedContainer(pod, name)?.state
      // A container that failed and then succeeded has done its work.
      const code = state?.exitCode ?? state?.lastExitCode
      if (state === undefined || ((code ?? 0) === 0 && state.reason !== 'CrashLoopBackOff')) return []
      const line = initLog?.split('\n').find(each => REASONS.some(([test]) => test.test(each)))
      const known = line === undefined ? undefined : REASONS.find(([test]) => test.test(line))
      return [
        {
          message: `${name} failed${code === undefined ? '' : ` with exit code ${code}`}${known === undefined ? '' : `: ${known[1]}`}.`,
          ...(known === undefined ? {} : {fix: known[2]}),
          proof: [
            {
              from: `status of container ${name}`,
              text: `${state.state}${state.reason === undefined ? '' : ` ${state.reason}`}, restarts: ${state.restarts}`,
            },
            ...(line === undefined ? [] : [{from: `log of ${name}`, text: line.trim()}]),
          ],
        },
      ]
    }),
})
