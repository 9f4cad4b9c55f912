import {boundPorts} from '../../analysis/ports/service-ports.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {runsToCompletion} from '../../model/kube/pod.js'
import {isTemplated} from '../../model/text/templated.js'
import {defineRule, type Found, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1107',
  slug: 'target-port-unknown',
  aliases: [],
  severity: 'error',
  title: 'targetPort names a missing container port',
  why: 'A pod without the named port is not an endpoint of this Service port; when no pod has it, clients get 503 (flag UH).',
  fix: 'Give the container port that name, or use its number as targetPort.',
  references: [PAGES.requirements],
  modes: ['sidecar', 'ambient', 'proxyless', 'none'],
  machines: true,
  needs: ['services'],
  uses: ['namedElsewhere'],
  check: ({pod}, {services, namedElsewhere}) =>
    boundPorts(pod, services)
      .filter(({target, port}) => target === undefined && !isTemplated(String(port.target)))
      .flatMap(({service, port}): Found[] => {
        const elsewhere = namedElsewhere?.get(service.object.name)
        const served = elsewhere?.has(port.path) === true
        // Jobs often share the labels of the workload they belong to.
        if (runsToCompletion(pod) && (served || elsewhere === undefined)) return []
        const portText = `${service.object.name}:${port.port}`
        const names = pod.containers.flatMap(container => container.ports.map(each => each.name ?? String(each.port)))
        const lacks = `has targetPort "${port.target}", but no container of the pod has a ${port.protocol} port of that name`
        return [
          {
            severity: served ? 'info' : elsewhere === undefined ? 'warning' : 'error',
            message: served
              ? `This workload is not an endpoint of Service ${portText}, which selects it: unlike other pods it has no ${port.protocol} port named "${port.target}".`
              : `Service ${portText} ${lacks}${elsewhere === undefined ? '' : ', nor has any other selected pod: the port has no endpoints'}.`,
            object: service.object,
            path: `${port.path}.targetPort`,
            proof: [
              {from: port.path, text: `targetPort: ${port.target}`},
              {from: 'container ports', text: names.join(', ') || 'none'},
            ],
            ...definedFields({
              fix: served ? 'Narrow the selector of the Service if it should not select this workload.' : undefined,
            }),
          },
        ]
      }),
})
