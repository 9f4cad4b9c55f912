import {flagOf, listOf, numberOf, objectOf, textMapOf, textOf, textsOf} from '../../formats/decode.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {PROXY_CONFIG_ANNOTATION} from '../../model/istio/mesh-keys.js'
import {HBONE_PORT} from '../../model/istio/reserved-ports.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import type {ReadinessDoc, ReadinessEffect, ReadinessItem} from './item.js'

function item(
  object: KubeObject,
  effect: ReadinessEffect,
  message: string,
  fix: string,
  doc: ReadinessDoc,
  field?: string,
): ReadinessItem {
  const label = `${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`
  return {effect, object: label, message, fix, doc, ...definedFields({field})}
}

const ROUTE_FIX = 'Replace it with an HTTPRoute whose parentRefs name the Service, and create a waypoint.'

function virtualService(object: KubeObject): readonly ReadinessItem[] {
  const gateways = textsOf(object, 'spec', 'gateways')
  if (gateways.length > 0 && !gateways.includes('mesh')) return []
  const hosts = textsOf(object, 'spec', 'hosts').join(', ')
  const message = `Clients in ambient mode do not apply its routes for ${hosts}; the destination's waypoint does (alpha support).`
  const subsets = listOf(object, 'spec', 'http').some(rule =>
    listOf(rule, 'route').some(each => textOf(each, 'destination', 'subset') !== undefined),
  )
  const split = subsets
    ? [
        item(
          object,
          'changes',
          'It routes to subsets of a DestinationRule, which an HTTPRoute does not have.',
          'Create one Service per version and use them as backendRefs.',
          'policies',
          'spec.http',
        ),
      ]
    : []
  return [item(object, 'waypoint', message, ROUTE_FIX, 'policies'), ...split]
}

/** Modes of client TLS that auto mTLS replaces: ztunnel opens HBONE whatever they say. */
const MESH_TLS = ['DISABLE', 'ISTIO_MUTUAL']

function destinationRule(object: KubeObject): readonly ReadinessItem[] {
  const policies = [
    objectOf(object, 'spec', 'trafficPolicy'),
    ...listOf(object, 'spec', 'trafficPolicy', 'portLevelSettings'),
    ...listOf(object, 'spec', 'subsets').map(each => objectOf(each, 'trafficPolicy')),
  ]
  const modes = policies.flatMap(each => textOf(each, 'tls', 'mode') ?? [])
  const named = ['loadBalancer', 'connectionPool', 'outlierDetection'].filter(name =>
    policies.some(each => objectOf(each, name) !== undefined),
  )
  const originates = modes.filter(mode => !MESH_TLS.includes(mode))
  return [
    ...(named.length === 0
      ? []
      : [
          item(
            object,
            'waypoint',
            `${named.join(', ')}: only a waypoint of the destination applies it, ztunnel does not.`,
            'Create a waypoint for the Service.',
            'policies',
            'spec.trafficPolicy',
          ),
        ]),
    ...(originates.length === 0
      ? []
      : [
          item(
            object,
            'waypoint',
            `TLS origination (${originates.join(', ')}) is not done by ztunnel.`,
            'Create a waypoint for the ServiceEntry (egress), or let the application use TLS.',
            'policies',
            'spec.trafficPolicy.tls',
          ),
        ]),
    ...(modes.includes('DISABLE')
      ? [
          item(
            object,
            'changes',
            'tls mode DISABLE is ignored: ztunnel uses HBONE (mTLS) between pods in ambient mode.',
            'No change is needed; to keep plaintext, opt the pods out with istio.io/dataplane-mode: none.',
            'l4',
            'spec.trafficPolicy.tls.mode',
          ),
        ]
      : []),
  ]
}

function peerAuthentication(object: KubeObject): readonly ReadinessItem[] {
  const modes = [
    textOf(object, 'spec', 'mtls', 'mode'),
    ...Object.values(objectOf(object, 'spec', 'portLevelMtls') ?? {}).map(each => textOf(each, 'mode')),
  ]
  return modes.includes('DISABLE')
    ? [
        item(
          object,
          'changes',
          'Mode DISABLE is ignored by ztunnel: pods in ambient mode still use mTLS with one another.',
          'No change is needed; to keep plaintext, opt the pods out with istio.io/dataplane-mode: none.',
          'peer',
          'spec.mtls.mode',
        ),
      ]
    : []
}

function route(object: KubeObject): readonly ReadinessItem[] {
  const attached = listOf(object, 'spec', 'parentRefs').some(ref => textOf(ref, 'kind') === 'Service')
  return attached
    ? [
        item(
          object,
          'waypoint',
          'A route for a Service is applied by the waypoint of the Service, not by clients.',
          'Create a waypoint for the Service.',
          'l7',
        ),
      ]
    : []
}

function attachable(what: string): (object: KubeObject) => readonly ReadinessItem[] {
  return object =>
    listOf(object, 'spec', 'targetRefs').length > 0 || objectOf(object, 'spec', 'targetRef') !== undefined
      ? []
      : [
          item(
            object,
            'waypoint',
            `${what} needs a waypoint.`,
            'Attach it to the waypoint with targetRefs instead of a selector, and create a waypoint.',
            'policies',
          ),
        ]
}

function envoyFilter(object: KubeObject): readonly ReadinessItem[] {
  const onlyGateways =
    listOf(object, 'spec', 'configPatches').length > 0 &&
    listOf(object, 'spec', 'configPatches').every(each => textOf(each, 'match', 'context') === 'GATEWAY')
  if (onlyGateways) return []
  return [
    item(
      object,
      'breaks',
      'EnvoyFilters are not supported in ambient mode: it is silently ignored.',
      'Replace it (WasmPlugin at the waypoint, a route, a policy) or keep these workloads on sidecars.',
      'policies',
    ),
  ]
}

function sidecar(object: KubeObject): readonly ReadinessItem[] {
  const registryOnly = textOf(object, 'spec', 'outboundTrafficPolicy', 'mode') === 'REGISTRY_ONLY'
  return [
    item(
      object,
      registryOnly ? 'breaks' : 'changes',
      registryOnly
        ? 'Sidecar resources have no effect in ambient mode: REGISTRY_ONLY no longer blocks unknown destinations.'
        : 'Sidecar resources have no effect in ambient mode: each ztunnel knows all workloads and Services.',
      registryOnly ? 'Restrict egress with a NetworkPolicy or an egress waypoint.' : 'Remove it after the move.',
      'policies',
    ),
  ]
}

/** Whether rules of one direction list ports, and HBONE is in none of them. */
function closesHbone(rules: readonly unknown[]): boolean {
  const ports = rules.map(rule => listOf(rule, 'ports'))
  return ports.length > 0 && ports.every(each => each.length > 0 && !each.some(port => opensHbone(port)))
}

function opensHbone(port: unknown): boolean {
  const from = numberOf(port, 'port')
  if (from === undefined) return textOf(port, 'port') === undefined
  return from === HBONE_PORT || (from < HBONE_PORT && (numberOf(port, 'endPort') ?? from) >= HBONE_PORT)
}

function networkPolicy(object: KubeObject): readonly ReadinessItem[] {
  const closed = (['ingress', 'egress'] as const).filter(direction => closesHbone(listOf(object, 'spec', direction)))
  return closed.map(direction =>
    item(
      object,
      'breaks',
      `Its ${direction} rules do not allow TCP port 15008: HBONE between pods in ambient mode is blocked.`,
      'Allow TCP port 15008 besides the ports of the application, and probes from 169.254.7.127 where sources are restricted.',
      'networkPolicy',
      `spec.${direction}`,
    ),
  )
}

/** Annotations that set up a sidecar's capture and have no effect in ambient mode. */
const CAPTURE = 'traffic.sidecar.istio.io/'

/** What happens to a pod (or to the template of a workload). */
export function podItems(object: KubeObject, template: unknown): readonly ReadinessItem[] {
  const annotations = textMapOf(template, 'metadata', 'annotations')
  const excluded = Object.keys(annotations).filter(
    key =>
      key.startsWith(CAPTURE) && /exclude|include/.test(key) && annotations[key] !== '' && annotations[key] !== '*',
  )
  const containers = listOf(template, 'spec', 'containers').filter(each => textOf(each, 'name') !== 'istio-proxy')
  const taken = containers
    .flatMap(each => listOf(each, 'ports'))
    .some(each => numberOf(each, 'containerPort') === HBONE_PORT)
  const own = (effect: ReadinessEffect, message: string, fix: string, doc: ReadinessDoc, field?: string) =>
    item(object, effect, message, fix, doc, field)
  return [
    ...(excluded.length === 0
      ? []
      : [
          own(
            'changes',
            `${excluded.map(key => key.slice(CAPTURE.length)).join(', ')}: has no effect in ambient mode, where all TCP of the pod is redirected.`,
            'Check that what was excluded works through ztunnel, or opt the pod out with istio.io/dataplane-mode: none.',
            'redirection',
            'metadata.annotations',
          ),
        ]),
    ...(flagOf(template, 'spec', 'hostNetwork') === true
      ? [
          own(
            'breaks',
            'Pods on the host network are not part of the ambient mesh.',
            'Remove hostNetwork, or leave it outside.',
            'add',
            'spec.hostNetwork',
          ),
        ]
      : []),
    ...(taken
      ? [
          own(
            'breaks',
            'Port 15008 of the pod is needed by ztunnel (HBONE).',
            'Move the application to another port.',
            'redirection',
            'spec.containers',
          ),
        ]
      : []),
    ...(annotations[PROXY_CONFIG_ANNOTATION] === undefined
      ? []
      : [
          own(
            'changes',
            'proxy.istio.io/config configures a sidecar: it has no effect in ambient mode.',
            'Move settings that are needed (tracing, statistics) to Telemetry at the waypoint.',
            'l7',
            'metadata.annotations',
          ),
        ]),
  ]
}

/** Readers of objects by kind. */
export const READINESS_BY_KIND: Readonly<Record<string, (object: KubeObject) => readonly ReadinessItem[]>> = {
  VirtualService: virtualService,
  DestinationRule: destinationRule,
  PeerAuthentication: peerAuthentication,
  HTTPRoute: route,
  RequestAuthentication: attachable('Validation of JSON Web Tokens'),
  EnvoyFilter: envoyFilter,
  Sidecar: sidecar,
  NetworkPolicy: networkPolicy,
}
