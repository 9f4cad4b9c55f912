import {meshDeployments} from '../../../analysis/istio-config/deployment-services.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2037',
  slug: 'deployment-protocol-clash',
  aliases: ['IST0116'],
  severity: 'warning',
  title: 'One port with TCP and UDP Services',
  why: 'The sidecar has one listener for the port.',
  fix: 'Use different ports.',
  references: [analysisPage('IST0116')],
  kinds: ['Deployment'],
  needs: ['Service'],
  check: set =>
    meshDeployments(set).flatMap(({deployment, services}) => {
      const ports = new Map<number, Map<string, Set<string>>>()
      for (const {object, ports: own} of services) {
        for (const {port, protocol} of own) {
          const byProtocol = ports.get(port) ?? new Map<string, Set<string>>()
          const name = protocol === '' ? 'TCP' : protocol
          byProtocol.set(name, new Set([...(byProtocol.get(name) ?? []), object.ref.name]))
          ports.set(port, byProtocol)
        }
      }
      return [...ports]
        .filter(([, protocols]) => protocols.size > 1)
        .map(([port, protocols]) => {
          const parts = [...protocols].map(([protocol, names]) => `${protocol} in ${[...names].join(', ')}`)
          return {object: deployment.object, path: 'metadata.name', message: `Port ${port} is ${parts.join(' and ')}.`}
        })
    }),
}
