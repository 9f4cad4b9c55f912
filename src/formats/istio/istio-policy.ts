import {definedFields} from '../../model/collections/defined-fields.js'
import type {DestinationRuleModel, MtlsMode, PeerAuthentication, TrafficTls} from '../../model/istio/istio-policy.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {objectRefOf} from '../../model/kube/pod.js'
import {at, listOf, numberOf, objectOf, textMapOf, textOf, textsOf} from '../decode.js'
import {destinationRuleSettings} from '../istio-traffic/rule-settings.js'

const MODES: readonly MtlsMode[] = ['UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT']

function modeOf(text: string | undefined): MtlsMode {
  return MODES.find(mode => mode === text) ?? 'UNSET'
}

function born(object: KubeObject): string {
  return textOf(object, 'metadata', 'creationTimestamp') ?? ''
}

/** A PeerAuthentication object (security.istio.io); an empty selector counts as none. */
export function readPeerAuthentication(object: KubeObject): PeerAuthentication {
  const selector = textMapOf(object, 'spec', 'selector', 'matchLabels')
  const ports = Object.entries(objectOf(object, 'spec', 'portLevelMtls') ?? {})
  return {
    object: objectRefOf(object),
    ...definedFields({selector: Object.keys(selector).length === 0 ? undefined : selector}),
    mode: modeOf(textOf(object, 'spec', 'mtls', 'mode')),
    ports: Object.fromEntries(ports.map(([port, value]) => [port, modeOf(textOf(value, 'mode'))])),
    createdAt: born(object),
  }
}

function tlsOf(policy: unknown, path: string): TrafficTls | undefined {
  const tls = objectOf(policy, 'tls')
  return tls === undefined ? undefined : {mode: textOf(tls, 'mode') ?? 'DISABLE', path: `${path}.tls.mode`}
}

/** A DestinationRule object (networking.istio.io), as far as TLS and subsets go. */
export function readDestinationRule(object: KubeObject): DestinationRuleModel {
  const policy = at(object, 'spec', 'trafficPolicy')
  const tls = tlsOf(policy, 'spec.trafficPolicy')
  const ports = listOf(policy, 'portLevelSettings').map((each, index) => {
    const path = `spec.trafficPolicy.portLevelSettings[${index}]`
    return [String(numberOf(each, 'port', 'number') ?? ''), tlsOf(each, path)] as const
  })
  return {
    object: objectRefOf(object),
    host: textOf(object, 'spec', 'host') ?? '',
    exportTo: textsOf(object, 'spec', 'exportTo'),
    hasWorkloadSelector: objectOf(object, 'spec', 'workloadSelector') !== undefined,
    tls,
    portTls: Object.fromEntries(ports),
    subsets: listOf(object, 'spec', 'subsets').map((each, index) => {
      const own = tlsOf(at(each, 'trafficPolicy'), `spec.subsets[${index}].trafficPolicy`)
      return {
        name: textOf(each, 'name') ?? '',
        labels: textMapOf(each, 'labels'),
        tls: own,
      }
    }),
    settings: destinationRuleSettings(object),
    createdAt: born(object),
  }
}
