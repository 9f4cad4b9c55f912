import type {Proof} from '../../model/finding.js'
import {isOlder, parseIstioVersion} from '../../model/istio/istio-version.js'
import {NATIVE_SIDECAR_ANNOTATION} from '../../model/istio/mesh-keys.js'
import {appContainers, type PodModel, runsToCompletion} from '../../model/kube/pod.js'
import {defineRule, Inconclusive, PAGES} from '../rule.js'

/** What a container runs to end the proxy when its work is done: the agent's own endpoint, wrappers that call it, and signals in a shared process namespace. */
const ENDS =
  /quitquitquit|\/drain_listeners|pilot-agent\s+request|\bscuttle\b|\bkubexit\b|\bkill(all)?\b[^\n]{0,80}(envoy|pilot-agent)|\bpkill\b[^\n]{0,80}(envoy|pilot-agent)/
const HOOK = 'helm.sh/hook'

/** The application's containers, where all have ended and the pod goes on. */
function ended(pod: PodModel): readonly Proof[] {
  const apps = appContainers(pod).filter(({role}) => role === 'app')
  if (pod.status?.phase !== 'Running' || apps.length === 0) return []
  if (apps.some(({state}) => state?.state !== 'terminated')) return []
  return apps.map(({name, state}) => ({
    from: `status of container ${name}`,
    text: `terminated, exit code ${state?.exitCode ?? '?'}, while the pod is Running`,
  }))
}

export const rule = defineRule({
  code: 'MCT1418',
  slug: 'job-never-ends',
  aliases: [],
  severity: 'error',
  title: 'Job never completes because its sidecar keeps running',
  why: 'A sidecar that is an ordinary container keeps running after the work is done, so the pod never completes and pods of a CronJob pile up.',
  fix: 'Use native sidecars (the default of Istio 1.27 with Kubernetes 1.33, else annotation sidecar.istio.io/nativeSidecar: "true"), or end the sidecar with: curl -XPOST localhost:15020/quitquitquit',
  references: [PAGES.sidecarContainers, PAGES.injecting],
  modes: ['sidecar'],
  needs: [],
  uses: ['sidecar', 'nodes'],
  check: ({pod}, {sidecar: proxy, nodes}) => {
    if (!runsToCompletion(pod)) return []
    if (appContainers(pod).some(({command, args}) => ENDS.test([...command, ...args].join(' ')))) return []
    const {kind, name} = pod.workload
    const hook = pod.ownerAnnotations[HOOK]
    const helm = hook === undefined ? '' : `; it is a Helm hook (${hook}), so helm waits for it until its timeout`
    const annotated = pod.annotations[NATIVE_SIDECAR_ANNOTATION]
    if (proxy === undefined && annotated !== 'true' && annotated !== 'false') {
      const old = (nodes ?? []).filter(({kubelet}) => isOlder(parseIstioVersion(kubelet), 1, 28))
      const [first] = old
      if (first === undefined || old.length < (nodes ?? []).length) {
        throw new Inconclusive(
          `${kind} ${name} never ends unless its sidecar is a native one, the default since Istio 1.27 on nodes of Kubernetes 1.33, else by annotation ${NATIVE_SIDECAR_ANNOTATION}: "true"${helm}`,
          'not-captured',
        )
      }
      return [
        {
          message: `${kind} ${name}: the nodes are too old for native sidecars, so istio-proxy keeps the pod running forever${helm}.`,
          proof: [{from: `node ${first.name}`, text: `kubelet ${first.kubelet ?? ''}`}],
        },
      ]
    }
    if (proxy === undefined ? annotated === 'true' : proxy.role !== 'app') return []
    return [
      {
        message: `${kind} ${name}: istio-proxy is an ordinary container and keeps the pod running forever${helm}.`,
        path: `${pod.metadataPath}.annotations`,
        proof:
          proxy === undefined
            ? [{from: NATIVE_SIDECAR_ANNOTATION, text: 'false'}]
            : [
                {
                  from: `${pod.specPath}.${proxy.path}`,
                  text: 'istio-proxy is not among the initContainers with restartPolicy Always',
                },
                ...ended(pod),
              ],
      },
    ]
  },
})
