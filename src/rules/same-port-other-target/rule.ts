import {boundPorts} from '../../analysis/service-ports/service-ports.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1104',
  slug: 'same-port-other-target',
  aliases: ['IST0137'],
  severity: 'warning',
  title: 'Two Services lead the same port number to different ports',
  why: 'Outbound it works; but policies and metrics that name the port mean different things for the same pod.',
  fix: 'Give the Services different port numbers, or the same targetPort.',
  references: [PAGES.requirements],
  modes: ['sidecar', 'ambient'],
  needs: ['services'],
  check: ({pod}, {services}) => {
    const bound = boundPorts(pod, services).filter(each => each.target !== undefined)
    return bound.flatMap((first, index) => {
      const other = bound
        .slice(index + 1)
        .find(
          each =>
            each.service.object.name !== first.service.object.name &&
            each.port.port === first.port.port &&
            each.port.protocol === first.port.protocol &&
            each.target !== first.target,
        )
      if (other === undefined) return []
      return [
        {
          message: `Port ${first.port.port} leads to ${first.target} in Service ${first.service.object.name} and to ${other.target} in Service ${other.service.object.name}.`,
          object: other.service.object,
          path: `${other.port.path}.targetPort`,
          proof: [first, other].map(each => ({
            from: `Service ${each.service.object.name} ${each.port.path}`,
            text: `port ${each.port.port}, targetPort ${each.port.target}`,
          })),
        },
      ]
    })
  },
})
