import {initFailuresByCause} from '../init-failures-by-cause.js'
import {defineRule, PAGES} from '../rule.js'

/** The match, target or module in the error of iptables (`Extension owner revision 0 not supported`). */
const NAMED = /Extension (\w+) revision|Module (\S+) not found/

export const rule = defineRule({
  code: 'MCT1704',
  slug: 'kernel-module-missing',
  aliases: [],
  severity: 'error',
  title: "Node's kernel lacks a netfilter module",
  why: "Each match and target of Istio's rules needs its kernel module: without it no rules are created, and the pod stays in Init on this node.",
  fix: 'Load it on the node, and at each boot (/etc/modules-load.d): xt_owner, xt_REDIRECT, xt_conntrack, xt_multiport, xt_comment; for TPROXY also xt_TPROXY, xt_mark, xt_connmark, xt_socket; for DNS capture xt_CT. A minimal kernel may have to be replaced.',
  references: ['https://istio.io/latest/docs/ops/deployment/platform-requirements/', PAGES.cni],
  modes: ['sidecar'],
  outsideKubernetes: true,
  includeTerminated: true,
  needs: ['status'],
  uses: ['initLog'],
  check: ({pod}, {initLog}) =>
    initFailuresByCause(pod, initLog, 'module').map(({container, line = ''}) => {
      const name = NAMED.exec(line)?.slice(1).find(Boolean)
      return {
        message: `${container} failed: the kernel of the node does not support ${name ?? 'a match or target of the rules'}.`,
        proof: [{from: `log of ${container}`, text: line}],
      }
    }),
})
