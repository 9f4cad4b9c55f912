import {proxyIds, runsBeforeProxy} from '../../analysis/pod-mode/pod-mode.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {PatchStep} from '../../model/finding.js'
import {appContainers, type Container, type PodModel} from '../../model/kube/pod.js'
import {pointer} from '../../model/text/object-path.js'
import {sameContainer} from '../patch-steps.js'
import {defineRule, PAGES} from '../rule.js'

interface EffectiveUser {
  readonly uid: number
  /** Set by the container itself, not by the pod. */
  readonly own: boolean
}

function effective({security}: Container, pod: PodModel): EffectiveUser | undefined {
  if (security.runAsUser !== undefined) return {uid: security.runAsUser, own: true}
  return pod.security.runAsUser === undefined ? undefined : {uid: pod.security.runAsUser, own: false}
}

/** Any other uid works. */
function another(pod: PodModel, container: Container, {uid, own}: EffectiveUser, path: string): readonly PatchStep[] {
  return [
    ...(own ? [sameContainer(pod, container)] : []),
    {op: 'replace', path: pointer(path), value: uid === 1000 ? 1001 : 1000},
  ]
}

export const rule = defineRule({
  code: 'MCT1001',
  slug: 'proxy-uid',
  aliases: ['IST0144'],
  severity: 'error',
  title: 'Application container runs as the proxy user',
  why: "iptables exempts the proxy's uid so that its own traffic is not captured: all outbound traffic of this container bypasses the sidecar, without mTLS, routing or policy.",
  fix: 'Run the container as another uid.',
  references: [PAGES.requirements],
  modes: ['sidecar'],
  outsideKubernetes: true,
  needs: [],
  uses: ['cni'],
  check: ({pod}, {cni}) =>
    appContainers(pod).flatMap(container => {
      const run = effective(container, pod)
      if (run === undefined || !proxyIds(pod).uids.includes(run.uid)) return []
      const path = `${pod.specPath}.${run.own ? `${container.path}.` : ''}securityContext.runAsUser`
      return [
        {
          ...(runsBeforeProxy(container, pod)
            ? {
                severity: 'info' as const,
                message: `Init container ${container.name} runs as uid ${run.uid}, the proxy's ID: this bypasses a proxy that does not run yet, the documented workaround with the CNI plugin${cni?.inUse === true ? '' : ' (needed only with it)'}.`,
                fix: 'Nothing if intentional: outbound traffic of this container has no mTLS. Native sidecars do not need this.',
              }
            : {
                message: `Container ${container.name} runs as uid ${run.uid}, the proxy's ID: its outbound traffic bypasses the sidecar.`,
                // An ephemeral container cannot be changed.
                ...definedFields({
                  patch: run.own && container.role === 'ephemeral' ? undefined : another(pod, container, run, path),
                }),
              }),
          path,
          proof: [
            {from: path, text: `runAsUser: ${run.uid}`},
            {from: 'rule in the kernel', text: `-m owner --uid-owner ${run.uid} -j RETURN`, expected: true},
          ],
        },
      ]
    }),
})
