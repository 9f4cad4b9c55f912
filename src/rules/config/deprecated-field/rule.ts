import {faultDelayPercents} from '../../../formats/istio-config/route-fields.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2022',
  slug: 'deprecated-field',
  aliases: ['IST0002'],
  severity: 'warning',
  title: 'Field or kind is deprecated',
  why: 'It may be ignored, and a later release may reject it.',
  fix: 'Use the field named in the message.',
  references: [analysisPage('IST0002')],
  kinds: ['VirtualService', 'Sidecar', 'Telemetry', 'CustomResourceDefinition'],
  check: set => {
    const faults = set.of('VirtualService').flatMap(object =>
      faultDelayPercents(object).map(path => ({
        object,
        path,
        message: 'fault.delay.percent is deprecated; use fault.delay.percentage.value.',
      })),
    )
    const egress = set
      .sidecars()
      .filter(({egressProxy}) => egressProxy)
      .map(({object}) => ({
        object,
        path: 'spec.outboundTrafficPolicy.egressProxy',
        message: 'outboundTrafficPolicy.egressProxy is ignored.',
      }))
    const tracing = set.telemetries().flatMap(({object, tracingProviders}) =>
      tracingProviders
        .filter(({name}) => set.mesh.lightstepProviders.has(name))
        .map(({name, path}) => ({
          object,
          path,
          message: `Tracing provider ${name} uses Lightstep, which is deprecated; use OpenTelemetry.`,
        })),
    )
    const kinds = ['clusterrbacconfigs', 'rbacconfigs', 'serviceroles', 'servicerolebindings']
    const removed = set
      .of('CustomResourceDefinition')
      .filter(({ref}) => kinds.some(kind => ref.name === `${kind}.rbac.istio.io`))
      .map(object => ({
        object,
        message: `${object.ref.name} is of an API that Istio 1.6 removed; its objects have no effect.`,
      }))
    return [...faults, ...egress, ...tracing, ...removed]
  },
}
