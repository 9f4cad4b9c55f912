import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2056',
  slug: 'telemetry-without-provider',
  aliases: ['IST0157'],
  severity: 'warning',
  title: 'Access log of a Telemetry has no provider',
  why: 'Nothing is logged: the mesh has no default provider either.',
  fix: 'Name a provider, such as envoy, or set defaultProviders.accessLogging in MeshConfig.',
  references: [analysisPage('IST0157')],
  kinds: ['Telemetry'],
  check: set =>
    set.mesh.accessLogProviders.length > 0
      ? []
      : set.telemetries().flatMap(({object, accessLogging}) => {
          const open = accessLogging.filter(({providers, disabled}) => providers.length === 0 && !disabled)
          return open.map(({path}) => {
            const message = `${path} names no provider, and MeshConfig has no defaultProviders.accessLogging.`
            return {object, path, message}
          })
        }),
}
