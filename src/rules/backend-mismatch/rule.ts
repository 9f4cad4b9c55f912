import {initFailuresByCause} from '../init-failures-by-cause.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1322',
  slug: 'backend-mismatch',
  aliases: [],
  severity: 'error',
  title: 'Node lacks the iptables back end istio-init uses',
  why: 'istio-init chose an iptables back end (legacy or nft) whose tables the kernel of the node does not have, so no rules are created and the pod stays in Init.',
  fix: 'Since Istio 1.28: select the other back end with proxyMetadata FORCE_IPTABLES_BINARY: nft (or legacy) in the annotation proxy.istio.io/config or in meshConfig.defaultConfig. Otherwise load the tables on the node (modprobe ip_tables iptable_nat iptable_mangle), or install the Istio CNI plugin.',
  references: [PAGES.cni, 'https://istio.io/latest/docs/ops/deployment/platform-requirements/'],
  modes: ['sidecar'],
  outsideKubernetes: true,
  includeTerminated: true,
  needs: ['status'],
  uses: ['initLog'],
  check: ({pod}, {initLog}) =>
    initFailuresByCause(pod, initLog, 'table').map(({container, line = ''}) => ({
      message: `${container} failed: the kernel of the node has no tables for this iptables back end.`,
      proof: [{from: `log of ${container}`, text: line}],
    })),
})
