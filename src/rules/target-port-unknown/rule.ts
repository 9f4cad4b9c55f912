import {boundPorts} from '../../analysis/service-ports/service-ports.js'
import {isTemplated} from '../../model/templated.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1107',
  slug: 'target-port-unknown',
  aliases: [],
  severity: 'error',
  title: 'A Service names a container port that does not exist',
  why: 'Kubernetes looks the name up in the pod; as no container has it, the Service gets no endpoint for this port and clients get 503 with the flag UH.',
  fix: 'Name the container port so, or use its number as targetPort.',
  references: [PAGES.requirements],
  modes: ['sidecar', 'ambient', 'none'],
  needs: ['services'],
  check: ({pod}, {services}) =>
    boundPorts(pod, services)
      .filter(({target, port}) => target === undefined && !isTemplated(String(port.target)))
      .map(({service, port}) => {
        const names = pod.containers.flatMap(container => container.ports.map(each => each.name ?? String(each.port)))
        return {
          message: `Service ${service.object.name}:${port.port} has the targetPort "${port.target}", and no container of the pod has a ${port.protocol} port of that name.`,
          object: service.object,
          path: `${port.path}.targetPort`,
          proof: [
            {from: port.path, text: `targetPort: ${port.target}`},
            {from: 'container ports', text: names.join(', ') || 'none'},
          ],
        }
      }),
})
