import {proxyIds, runsBeforeProxy} from '../../analysis/pod-mode/pod-mode.js'
import type {PatchStep} from '../../model/finding.js'
import {pointer} from '../../model/object-path.js'
import {appContainers, type Container, type PodModel} from '../../model/pod.js'
import {sameContainer} from '../mend.js'
import {defineRule, PAGES} from '../rule.js'

interface Run {
  readonly uid: number
  /** Said by the container itself, not by the pod. */
  readonly own: boolean
}

function effective({security}: Container, pod: PodModel): Run | undefined {
  if (security.runAsUser !== undefined) return {uid: security.runAsUser, own: true}
  return pod.security.runAsUser === undefined ? undefined : {uid: pod.security.runAsUser, own: false}
}

/** Any other user will do. */
function another(pod: PodModel, container: Container, {uid, own}: Run, path: string): readonly PatchStep[] {
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
  title: 'An application container runs as the proxy user',
  why: 'The rules leave the traffic of that user alone so that the proxy itself can go out: everything this container sends bypasses the sidecar, without mTLS, routing or policy.',
  fix: 'Run the container as any other user.',
  references: [PAGES.requirements],
  modes: ['sidecar'],
  needs: [],
  uses: ['cni'],
  check: ({pod}, {cni}) =>
    appContainers(pod).flatMap(container => {
      const run = effective(container, pod)
      if (run === undefined || !proxyIds(pod).uids.includes(run.uid)) return []
      const path = `${pod.specPath}.${run.own ? `${container.path}.` : ''}securityContext.runAsUser`
      return [
        {
          ...(runsBeforeProxy(container, pod, cni?.inUse === true)
            ? {
                severity: 'info' as const,
                message: `Init container ${container.name} runs as user ${run.uid}, the proxy's own: with the CNI plugin that is its way past a proxy that does not run yet.`,
                fix: 'Nothing, if it is meant: what this container sends is not mTLS. Native sidecars need no such way.',
              }
            : {
                message: `Container ${container.name} runs as user ${run.uid}, the proxy's own: what it sends bypasses the sidecar.`,
                // A guest for debugging cannot be changed any more.
                ...(run.own && container.role === 'ephemeral' ? {} : {patch: another(pod, container, run, path)}),
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
