import {boundPorts} from '../../analysis/ports/service-ports.js'
import {runsToCompletion} from '../../model/pod.js'
import {isTemplated} from '../../model/templated.js'
import {defineRule, type Found, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1107',
  slug: 'target-port-unknown',
  aliases: [],
  severity: 'error',
  title: 'A Service names a container port that does not exist',
  why: 'Kubernetes looks the name up in each pod, and a pod without it is no endpoint of this port; when no pod has it, clients get 503 with the flag UH.',
  fix: 'Name the container port so, or use its number as targetPort.',
  references: [PAGES.requirements],
  modes: ['sidecar', 'ambient', 'proxyless', 'none'],
  needs: ['services'],
  uses: ['namedElsewhere'],
  check: ({pod}, {services, namedElsewhere}) =>
    boundPorts(pod, services)
      .filter(({target, port}) => target === undefined && !isTemplated(String(port.target)))
      .flatMap(({service, port}): Found[] => {
        const elsewhere = namedElsewhere?.get(service.object.name)
        const served = elsewhere?.has(port.path) === true
        // Jobs often share the labels of what they work for.
        if (runsToCompletion(pod) && (served || elsewhere === undefined)) return []
        const asked = `${service.object.name}:${port.port}`
        const names = pod.containers.flatMap(container => container.ports.map(each => each.name ?? String(each.port)))
        const lacks = `has the targetPort "${port.target}", and no container of the pod has a ${port.protocol} port of that name`
        return [
          {
            severity: served ? 'info' : elsewhere === undefined ? 'warning' : 'error',
            message: served
              ? `This workload is no endpoint of Service ${asked}, which selects it too: it has no ${port.protocol} port named "${port.target}", as others have.`
              : `Service ${asked} ${lacks}${elsewhere === undefined ? '' : ', nor has any other pod it selects: it has no endpoint for this port'}.`,
            object: service.object,
            path: `${port.path}.targetPort`,
            proof: [
              {from: port.path, text: `targetPort: ${port.target}`},
              {from: 'container ports', text: names.join(', ') || 'none'},
            ],
            ...(served ? {fix: 'Narrow the selector of the Service if the workload is not meant.'} : {}),
          },
        ]
      }),
})
