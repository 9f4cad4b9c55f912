import {appContainers, runsToCompletion} from '../../model/pod.js'
import {defineRule, PAGES, Undecided} from '../rule.js'

const NATIVE = 'sidecar.istio.io/nativeSidecar'
const ENDS = /quitquitquit|\/drain_listeners|pilot-agent\s+request/

export const rule = defineRule({
  code: 'MCT1418',
  slug: 'job-never-ends',
  aliases: [],
  severity: 'error',
  title: "The Job does not end, because its sidecar doesn't",
  why: 'A sidecar that is an ordinary container keeps running when the work is done, so the pod never completes and a CronJob piles them up.',
  fix: 'Use native sidecars (Istio 1.27 with Kubernetes 1.33 does by itself, else annotation sidecar.istio.io/nativeSidecar: "true"), or end the sidecar with: curl -XPOST localhost:15020/quitquitquit',
  references: [PAGES.sidecarContainers, PAGES.injecting],
  modes: ['sidecar'],
  needs: [],
  uses: ['sidecar'],
  check: ({pod}, {sidecar: proxy}) => {
    if (!runsToCompletion(pod)) return []
    if (appContainers(pod).some(({command, args}) => ENDS.test([...command, ...args].join(' ')))) return []
    const asked = pod.annotations[NATIVE]
    if (proxy === undefined && asked !== 'true' && asked !== 'false') {
      throw new Undecided(
        `whether its sidecar would be a native one depends on Istio and the nodes, for there is no annotation ${NATIVE}`,
        'not-captured',
      )
    }
    if (proxy === undefined ? asked === 'true' : proxy.role !== 'app') return []
    return [
      {
        message: `${pod.workload.kind} ${pod.workload.name}: istio-proxy is an ordinary container and keeps the pod running for ever.`,
        path: `${pod.metadataPath}.annotations`,
        proof:
          proxy === undefined
            ? [{from: NATIVE, text: 'false'}]
            : [
                {
                  from: `${pod.specPath}.${proxy.path}`,
                  text: 'istio-proxy is not among the initContainers with restartPolicy Always',
                },
              ],
      },
    ]
  },
})
