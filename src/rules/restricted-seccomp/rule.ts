import type {InjectorSettings} from '../../model/istio/injection.js'
import {injectedContainer} from '../../model/kube/pod.js'
import {pointer} from '../../model/text/object-path.js'
import {defineRule, Inconclusive, PAGES} from '../rule.js'

const ENFORCE = 'pod-security.kubernetes.io/enforce'
const ALLOWED = ['RuntimeDefault', 'Localhost']

/** The profile that injection sets; inconclusive where revisions differ or none was read. */
function profileOf(injectors: readonly InjectorSettings[] | undefined): string {
  const [profile, ...others] = [...new Set(injectors?.map(({seccompProfile}) => seccompProfile))]
  if (profile === undefined || others.length > 0)
    throw new Inconclusive('it is unknown whether injection sets a seccompProfile for the sidecar', 'not-captured')
  return profile
}

export const rule = defineRule({
  code: 'MCT1004',
  slug: 'restricted-seccomp',
  aliases: [],
  severity: 'warning',
  title: 'Sidecar lacks the seccomp profile "restricted" requires',
  why: 'The Pod Security level restricted rejects pods with a container that has no seccomp profile, and the injected proxy has none by default.',
  fix: 'Set values.global.proxy.seccompProfile.type=RuntimeDefault, or a seccompProfile for the whole pod.',
  references: [PAGES.podSecurity, PAGES.standards],
  modes: ['sidecar'],
  needs: ['namespace'],
  uses: ['sidecar', 'injectors'],
  check: ({pod}, {namespace, sidecar, injectors}) => {
    if (namespace.labels[ENFORCE] !== 'restricted') return []
    const own = injectedContainer(pod, 'istio-proxy')?.security.seccompProfile ?? pod.security.seccompProfile
    if (ALLOWED.includes(own ?? '')) return []
    if (sidecar === undefined && ALLOWED.includes(profileOf(injectors))) return []
    return [
      {
        message: `Namespace ${namespace.name} enforces "restricted", but istio-proxy has no seccompProfile.`,
        path: `${pod.specPath}.securityContext.seccompProfile`,
        proof: [{from: `Namespace ${namespace.name}`, text: `${ENFORCE}: restricted`}],
        patch: [
          {op: 'add', path: pointer(`${pod.specPath}.securityContext.seccompProfile`), value: {type: 'RuntimeDefault'}},
        ],
      },
    ]
  },
})
