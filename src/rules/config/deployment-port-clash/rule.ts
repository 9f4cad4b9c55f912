import {meshDeployments} from '../../../analysis/istio-config/deployment-services.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2038',
  slug: 'deployment-port-clash',
  aliases: ['IST0137'],
  severity: 'warning',
  title: 'Several Service ports lead to one port',
  why: 'The sidecar has one inbound listener for the port, so only one of the definitions applies.',
  fix: 'Use one Service port for each targetPort.',
  references: [analysisPage('IST0137')],
  kinds: ['Deployment'],
  needs: ['Service'],
  check: set =>
    meshDeployments(set).flatMap(({deployment, services}) => {
      const targets = new Map<string, Map<number, string>>()
      for (const {object, ports} of services) {
        for (const {port, targetPort} of ports) {
          const target = String(targetPort === undefined || targetPort === 0 ? port : targetPort)
          targets.set(target, (targets.get(target) ?? new Map<number, string>()).set(port, object.ref.name))
        }
      }
      return [...targets]
        .filter(([, ports]) => ports.size > 1)
        .map(([target, ports]) => {
          const parts = [...ports].map(([port, service]) => `${service}:${port}`)
          return {
            object: deployment.object,
            path: 'metadata.name',
            message: `${parts.join(' and ')} have the same targetPort ${target}.`,
          }
        })
    }),
}
