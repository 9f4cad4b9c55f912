import {providerReferences} from '../../../formats/istio-config/access.js'
import {nearestNames} from '../../../model/text/nearest.js'
import type {ConfigRule} from '../config-rule.js'

/** Providers Istio defines itself (istio.io, MeshConfig defaults). */
const BUILT_IN = ['prometheus', 'stackdriver', 'envoy']

export const rule: ConfigRule = {
  code: 'MCT2161',
  slug: 'provider-undefined',
  aliases: [],
  severity: 'error',
  title: 'Extension provider is not defined',
  why: 'Istiod leaves the log, metric or trace out, and a CUSTOM policy without its provider denies every request it matches.',
  fix: 'Define it in meshConfig.extensionProviders, or correct the name.',
  references: [
    'https://istio.io/latest/docs/tasks/security/authorization/authz-custom/#define-the-external-authorizer',
    'https://istio.io/latest/docs/tasks/observability/telemetry/#providers',
  ],
  kinds: ['Telemetry', 'AuthorizationPolicy'],
  needs: [['ConfigMap', 'MeshConfig']],
  check: set => {
    // Without the mesh configuration nothing is known of its providers.
    if (set.mesh.from === undefined) return []
    const known = [...set.mesh.extensionProviders.keys(), ...BUILT_IN]
    return ['Telemetry', 'AuthorizationPolicy']
      .flatMap(kind => set.of(kind))
      .flatMap(object =>
        providerReferences(object)
          .filter(({value}) => value !== '' && !known.includes(value))
          .map(({value, path}) => {
            const [near] = nearestNames(value, known, 1)
            const hint = near === undefined ? '' : `; did you mean ${near}?`
            return {object, path, message: `No extension provider is named ${value} in ${set.mesh.from}${hint}`}
          }),
      )
  },
}
