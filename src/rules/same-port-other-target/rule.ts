import {type BoundPort, boundPorts} from '../../analysis/ports/service-ports.js'
import {defineRule, type Found, PAGES} from '../rule.js'

function shown(pair: readonly BoundPort[]): Found['proof'] {
  return pair.map(({service, port}) => ({
    from: `Service ${service.object.name} ${port.path}`,
    text: `port ${port.port}, targetPort ${port.target}`,
  }))
}

export const rule = defineRule({
  code: 'MCT1104',
  slug: 'same-port-other-target',
  aliases: ['IST0137'],
  severity: 'info',
  title: 'Two Services map the same pod port differently',
  why: 'Routes and clients use the port of the Service while policies and metrics of the pod use its targetPort: one number means two different ports.',
  fix: 'Use the port of the pod (targetPort) in an AuthorizationPolicy or PeerAuthentication; or give one targetPort the same port number in both Services.',
  references: [PAGES.requirements],
  modes: ['sidecar', 'ambient'],
  machines: true,
  needs: ['services'],
  check: ({pod}, {services}) => {
    const bound = boundPorts(pod, services).filter(each => each.target !== undefined)
    const oneTarget = bound.flatMap((first, index): Found[] => {
      const other = bound
        .slice(index + 1)
        .find(
          each =>
            each.service.object.name !== first.service.object.name &&
            each.target === first.target &&
            each.port.protocol === first.port.protocol &&
            each.port.port !== first.port.port,
        )
      if (other === undefined) return []
      return [
        {
          message: `Port ${first.target} of the pod is ${first.port.port} in Service ${first.service.object.name} and ${other.port.port} in Service ${other.service.object.name}.`,
          object: other.service.object,
          path: `${other.port.path}.port`,
          proof: shown([first, other]),
        },
      ]
    })
    const otherTarget = bound.flatMap((first, index): Found[] => {
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
          message: `Port ${first.port.port} maps to ${first.target} in Service ${first.service.object.name} and to ${other.target} in Service ${other.service.object.name}: policies match the pod port, ${first.target} or ${other.target}.`,
          object: other.service.object,
          path: `${other.port.path}.targetPort`,
          proof: shown([first, other]),
        },
      ]
    })
    return [...otherTarget, ...oneTarget]
  },
})
