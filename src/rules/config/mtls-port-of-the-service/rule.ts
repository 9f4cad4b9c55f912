import {podsSelected} from '../../../analysis/istio-config/selected-pods.js'
import {podPort, servicesBefore} from '../../../analysis/istio-config/service-pods.js'
import {objectOf} from '../../../formats/decode.js'
import {mtlsPorts} from '../../../formats/istio-config/access.js'
import {definedFields} from '../../../model/collections/defined-fields.js'
import type {ConfigRule} from '../config-rule.js'
import {POD_KINDS} from '../pod-kinds.js'
import {renameKey} from '../value-patch.js'

export const rule: ConfigRule = {
  code: 'MCT2102',
  slug: 'mtls-port-of-the-service',
  aliases: [],
  severity: 'warning',
  title: 'portLevelMtls names a port no pod has',
  why: 'The keys are ports of the pods, not of Services: the setting applies to nothing, and the mode of the workload stays.',
  fix: 'Use the port of the container (targetPort).',
  references: [
    'https://istio.io/latest/docs/reference/config/security/peer_authentication/',
    'https://github.com/istio/istio/issues/49098',
  ],
  kinds: ['PeerAuthentication'],
  needs: [POD_KINDS],
  check: set =>
    set.scopes('PeerAuthentication').flatMap(({object, selector = {}}) => {
      const keys = mtlsPorts(object)
      if (Object.keys(selector).length === 0 || keys.length === 0) return []
      const pods = podsSelected(set, selector, object.ref.namespace)
      if (pods.length === 0) return []
      const reached = pods.flatMap(pod =>
        servicesBefore(pod, set.services()).flatMap(service =>
          service.ports.map(each => ({name: service.object.ref.name, port: each.port, target: podPort(each, pod)})),
        ),
      )
      const declared = new Set(
        pods.flatMap(({containers}) => containers.flatMap(({ports}) => ports.map(({port}) => port))),
      )
      return keys.flatMap(key => {
        if (declared.has(key) || reached.some(({target}) => target === key)) return []
        const all = reached.filter(({port}) => port === key)
        const [meant] = all
        if (meant === undefined) return []
        const {target} = meant
        const modes = objectOf(object.raw, 'spec', 'portLevelMtls') ?? {}
        const certain =
          target !== undefined && all.every(each => each.target === target) && modes[String(target)] === undefined
        const patch = certain
          ? renameKey('spec.portLevelMtls', String(key), String(target), modes[String(key)])
          : undefined
        return [
          {
            object,
            path: `spec.portLevelMtls["${key}"]`,
            message: `${key} is the port of Service ${meant.name}, not a port of the pods, which is port ${target ?? 'unknown'}: the setting has no effect.`,
            ...definedFields({fix: target === undefined ? undefined : `Use ${target} instead of ${key}.`, patch}),
          },
        ]
      })
    }),
}
