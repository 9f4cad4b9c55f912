import {pointer} from '../../model/object-path.js'
import {appContainers} from '../../model/pod.js'
import {sameContainer} from '../mend.js'
import {defineRule, PAGES} from '../rule.js'

const PROBES = ['liveness', 'readiness', 'startup']

export const rule = defineRule({
  code: 'MCT1413',
  slug: 'probe-host',
  aliases: [],
  severity: 'warning',
  title: 'A probe asks another host than its pod',
  why: 'Injection rewrites probes so that the agent asks the application in the pod; what the probe was meant to ask is not asked any more.',
  fix: 'Remove host from the probe; to test something outside, use an exec probe.',
  references: [PAGES.probes],
  modes: ['sidecar'],
  needs: [],
  check: ({pod}) =>
    appContainers(pod).flatMap(container =>
      container.probes.flatMap(probe => {
        const own = ['localhost', '127.0.0.1', '::1', ...(pod.status?.podIps ?? [])]
        if (probe.host === undefined || probe.host === '' || own.includes(probe.host) || !PROBES.includes(probe.kind))
          return []
        const path = `${pod.specPath}.${probe.path}.host`
        return [
          {
            message: `The ${probe.kind} probe of ${container.name} asks the host ${probe.host}.`,
            path,
            proof: [{from: path, text: probe.host}],
            patch: [sameContainer(pod, container), {op: 'remove' as const, path: pointer(path)}],
          },
        ]
      }),
    ),
})
