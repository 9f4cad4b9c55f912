import {pointer} from '../../model/object-path.js'
import {injectedContainer} from '../../model/pod.js'
import {defineRule, PAGES} from '../rule.js'

const ENFORCE = 'pod-security.kubernetes.io/enforce'
const ALLOWED = ['RuntimeDefault', 'Localhost']

export const rule = defineRule({
  code: 'MCT1004',
  slug: 'restricted-seccomp',
  aliases: [],
  severity: 'warning',
  title: 'The sidecar has no seccomp profile in a restricted namespace',
  why: 'The Pod Security level restricted refuses pods with a container that has no seccomp profile; the injected proxy has none by default.',
  fix: 'Set values.global.proxy.seccompProfile.type=RuntimeDefault, or a seccompProfile for the whole pod.',
  references: [PAGES.podSecurity, PAGES.standards],
  modes: ['sidecar'],
  needs: ['namespace'],
  check: ({pod}, {namespace}) => {
    if (namespace.labels[ENFORCE] !== 'restricted') return []
    const proxy = injectedContainer(pod, 'istio-proxy')
    if (proxy === undefined) return []
    if (ALLOWED.includes(proxy.security.seccompProfile ?? pod.security.seccompProfile ?? '')) return []
    return [
      {
        message: `Namespace ${namespace.name} enforces "restricted", and istio-proxy has no seccompProfile.`,
        path: `${pod.specPath}.securityContext.seccompProfile`,
        proof: [{from: `Namespace ${namespace.name}`, text: `${ENFORCE}: restricted`}],
        patch: [
          {op: 'add', path: pointer(`${pod.specPath}.securityContext.seccompProfile`), value: {type: 'RuntimeDefault'}},
        ],
      },
    ]
  },
})
