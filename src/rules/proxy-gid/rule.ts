import {proxyIds, runsBeforeProxy} from '../../analysis/pod-mode/pod-mode.js'
import {NATIVE_SIDECAR_ANNOTATION} from '../../model/istio/mesh-keys.js'
import {appContainers, injectedContainer} from '../../model/kube/pod.js'
import {pointer} from '../../model/text/object-path.js'
import {sameContainer} from '../patch-steps.js'
import {defineRule, type Found, Inconclusive, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1002',
  slug: 'proxy-gid',
  aliases: [],
  severity: 'error',
  title: 'Application container runs as the proxy group',
  why: 'iptables exempts that gid, like the proxy uid: all outbound traffic of the container bypasses the sidecar (only the primary group counts, not supplementary groups or fsGroup).',
  fix: 'Run the container as another group.',
  references: [PAGES.requirements],
  versions: 'Istio 0.8 and later',
  modes: ['sidecar'],
  outsideKubernetes: true,
  needs: [],
  check: ({pod}) => {
    let undecided: string | undefined
    const found = appContainers(pod).flatMap((container): Found[] => {
      const own = container.security.runAsGroup
      const gid = own ?? pod.security.runAsGroup
      if (gid === undefined || !proxyIds(pod).gids.includes(gid)) return []
      if (runsBeforeProxy(container, pod)) {
        // Harmless before an ordinary sidecar; what a template will get is decided at injection.
        if (
          injectedContainer(pod, 'istio-proxy') === undefined &&
          pod.annotations[NATIVE_SIDECAR_ANNOTATION] !== 'false'
        )
          undecided = container.name
        return []
      }
      const path = `${pod.specPath}.${own === undefined ? '' : `${container.path}.`}securityContext.runAsGroup`
      return [
        {
          message: `Container ${container.name} runs as gid ${gid}, the proxy's ID: its outbound traffic bypasses the sidecar.`,
          path,
          proof: [
            {from: path, text: `runAsGroup: ${gid}`},
            {from: 'rule in the kernel', text: `-m owner --gid-owner ${gid} -j RETURN`, expected: true},
          ],
          // An ephemeral container cannot be changed.
          ...(own !== undefined && container.role === 'ephemeral'
            ? {}
            : {
                patch: [
                  ...(own === undefined ? [] : [sameContainer(pod, container)]),
                  {op: 'replace' as const, path: pointer(path), value: gid === 1000 ? 1001 : 1000},
                ],
              }),
        },
      ]
    })
    if (found.length === 0 && undecided !== undefined)
      throw new Inconclusive(
        `it is unknown whether the sidecar starts before init container ${undecided}`,
        'not-captured',
      )
    return found
  },
})
