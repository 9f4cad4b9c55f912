import {appContainers, runsToCompletion} from '../../model/pod.js'
import {defineRule, Inconclusive, PAGES} from '../rule.js'

const NATIVE = 'sidecar.istio.io/nativeSidecar'
const ENDS = /quitquitquit|\/drain_listeners|pilot-agent\s+request/

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
  uses: ['sidecar'],
  check: ({pod}, {sidecar: proxy}) => {
    if (!runsToCompletion(pod)) return []
    if (appContainers(pod).some(({command, args}) => ENDS.test([...command, ...args].join(' ')))) return []
    const annotated = pod.annotations[NATIVE]
    if (proxy === undefined && annotated !== 'true' && annotated !== 'false') {
      throw new Inconclusive(
        `without annotation ${NATIVE}, Istio and the nodes decide whether its sidecar is native`,
        'not-captured',
      )
    }
    if (proxy === undefined ? annotated === 'true' : proxy.role !== 'app') return []
    return [
      {
        message: `${pod.workload.kind} ${pod.workload.name}: istio-proxy is an ordinary container and keeps the pod running forever.`,
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
