import {loopbackBind} from '../../analysis/command-line/loopback-bind.js'
import {boundPorts} from '../../analysis/ports/service-ports.js'
import {ingressUsesLoopback} from '../ingress-loopback.js'
import {defineRule, type Found, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1510',
  slug: 'loopback-argument',
  aliases: [],
  severity: 'info',
  title: 'Command makes the server listen on loopback only',
  why: "Since Istio 1.10 the sidecar connects to the pod's own address: a server on 127.0.0.1 refuses it, and clients get 503.",
  fix: 'Listen on 0.0.0.0 or [::], or set 127.0.0.1 as defaultEndpoint in the ingress of a Sidecar resource.',
  references: [PAGES.requirements],
  versions: 'Istio 1.10 and later',
  modes: ['sidecar', 'ambient'],
  needs: ['services'],
  uses: ['sidecars', 'ports'],
  check: ({pod}, {services, sidecars, ports}) => {
    // With sockets, MCT1501 reports it.
    if (ports !== undefined) return []
    const reached = boundPorts(pod, services).filter(({port}) => port.protocol === 'TCP')
    return pod.containers.flatMap((container): Found[] => {
      const words = [...container.command, ...container.args]
      const own = new Set(reached.flatMap(each => (each.container === container.name ? [each.target] : [])))
      return [...own].flatMap((target = 0) => {
        const bind = loopbackBind(words, target)
        if (bind === undefined || ingressUsesLoopback(target, pod, sidecars ?? [])) return []
        const from = reached.filter(each => each.target === target)
        const names = from.map(({service, port}) => `Service ${service.object.name}:${port.port}`)
        return [
          {
            message: `The command of ${container.name} contains ${bind}: if it listens there, ${names.join(', ')} cannot reach it.`,
            path: `${pod.specPath}.${container.path}.${container.args.length > 0 ? 'args' : 'command'}`,
            proof: [
              {from: `${pod.specPath}.${container.path}`, text: `a command with ${bind}`},
              ...from.map(({service, port}) => ({
                from: `Service ${service.object.name} ${port.path}`,
                text: `port ${port.port}, targetPort ${port.target}`,
              })),
            ],
          },
        ]
      })
    })
  },
})
