import {defineRule, PAGES} from '../rule.js'
import {toldFailures} from '../told-failures.js'

/** The match, target or module that is named when the kernel lacks it (`Extension owner revision 0 not supported`). */
const NAMED = /Extension (\w+) revision|Module (\S+) not found/

export const rule = defineRule({
  code: 'MCT1704',
  slug: 'kernel-module-missing',
  aliases: [],
  severity: 'error',
  title: "The node's kernel lacks a netfilter module",
  why: 'The rules match by user, redirect ports and mark connections; each of these is a module of the kernel. Without it no rule is made, and the pod stays in Init on this node alone.',
  fix: 'Load it on the node, and at each boot (/etc/modules-load.d): xt_owner, xt_REDIRECT, xt_conntrack, xt_multiport, xt_comment; for TPROXY also xt_TPROXY, xt_mark, xt_connmark, xt_socket; for captured DNS xt_CT. A minimal kernel may have to be replaced.',
  references: ['https://istio.io/latest/docs/ops/deployment/platform-requirements/', PAGES.cni],
  modes: ['sidecar'],
  alsoWhenOver: true,
  needs: ['status'],
  uses: ['initLog'],
  check: ({pod}, {initLog}) =>
    toldFailures(pod, initLog, 'module').map(({container, line = ''}) => {
      const name = NAMED.exec(line)?.slice(1).find(Boolean)
      return {
        message: `${container} failed: the kernel of the node cannot ${name === undefined ? 'do what a rule asks' : `do ${name}`}.`,
        proof: [{from: `log of ${container}`, text: line}],
      }
    }),
})
