import {defineRule, PAGES} from '../rule.js'
import {toldFailures} from '../told-failures.js'

export const rule = defineRule({
  code: 'MCT1322',
  slug: 'backend-mismatch',
  aliases: [],
  severity: 'error',
  title: 'The node does not have the iptables back end istio-init uses',
  why: 'iptables has two back ends, legacy and nft, and each needs its own tables in the kernel. istio-init took one the node does not offer, so no rule was made and the pod stays in Init.',
  fix: 'Since Istio 1.28: choose the other back end with proxyMetadata FORCE_IPTABLES_BINARY: nft (or legacy) in the annotation proxy.istio.io/config or in meshConfig.defaultConfig. Else load the tables on the node (modprobe ip_tables iptable_nat iptable_mangle), or install the Istio CNI plugin.',
  references: [PAGES.cni, 'https://istio.io/latest/docs/ops/deployment/platform-requirements/'],
  modes: ['sidecar'],
  alsoWhenOver: true,
  needs: ['status'],
  uses: ['initLog'],
  check: ({pod}, {initLog}) =>
    toldFailures(pod, initLog, 'table').map(({container, line = ''}) => ({
      message: `${container} failed: the kernel of the node has no tables for this iptables back end.`,
      proof: [{from: `log of ${container}`, text: line}],
    })),
})
