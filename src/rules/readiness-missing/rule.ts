import {boundPorts} from '../../analysis/ports/service-ports.js'
import {appContainers} from '../../model/kube/pod.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1414',
  slug: 'readiness-missing',
  aliases: [],
  severity: 'info',
  title: 'Container behind a Service has no readiness probe',
  why: "Only the sidecar's readiness decides when traffic arrives: requests may come before the application can answer them.",
  fix: 'Add a readinessProbe to the container that serves the traffic.',
  references: [PAGES.probes],
  modes: ['sidecar'],
  needs: ['services'],
  check: ({pod}, {services}) => {
    const serving = new Set(boundPorts(pod, services).map(({container}) => container))
    return appContainers(pod)
      .filter(container => container.role === 'app' && serving.has(container.name))
      .filter(container => !container.probes.some(({kind}) => kind === 'readiness'))
      .map(container => ({
        message: `Container ${container.name} serves a Service and has no readinessProbe.`,
        path: `${pod.specPath}.${container.path}`,
        proof: [{from: `${pod.specPath}.${container.path}`, text: 'no readinessProbe'}],
      }))
  },
})
