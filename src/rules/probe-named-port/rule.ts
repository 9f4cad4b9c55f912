import {appContainers} from '../../model/kube/pod.js'
import {isTemplated} from '../../model/text/templated.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1412',
  slug: 'probe-named-port',
  aliases: [],
  severity: 'error',
  title: 'Probe names a port its container lacks',
  why: 'Port names are resolved within the same container: the probe fails (in the mesh the agent answers 400), and the container never becomes ready or restarts.',
  fix: 'Declare the port with that name in the container, or use its number.',
  references: [PAGES.probes],
  modes: ['sidecar', 'ambient', 'none'],
  needs: [],
  check: ({pod}) =>
    appContainers(pod).flatMap(container =>
      container.probes.flatMap(probe => {
        // Injection rewrites probes of running pods to the agent's own port.
        if (typeof probe.port !== 'string' || /^\d+$/.test(probe.port) || isTemplated(probe.port)) return []
        if (container.ports.some(({name}) => name === probe.port)) return []
        const path = `${pod.specPath}.${probe.path}.port`
        const names = container.ports.map(({name, port}) => name ?? String(port)).join(', ')
        return [
          {
            message: `The ${probe.kind} probe of ${container.name} uses port "${probe.port}", but the container has ${names === '' ? 'no named ports' : `only ${names}`}.`,
            path,
            proof: [{from: path, text: probe.port}],
          },
        ]
      }),
    ),
})
