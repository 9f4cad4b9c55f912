import {definedFields} from '../../model/collections/defined-fields.js'
import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {
  ClientTls,
  DestinationRuleConfig,
  EnvoyFilterConfig,
  GatewayConfig,
  ServerTls,
  ServiceEntryConfig,
  SidecarConfig,
  TrafficPolicyConfig,
} from '../../model/istio-config/traffic.js'
import type {Labels} from '../../model/kube/selector.js'
import {at, flagOf, isObject, listOf, numberOf, objectOf, textMapOf, textOf, textsOf} from '../decode.js'

function clientTls(policy: unknown, path: string): ClientTls | undefined {
  const tls = objectOf(policy, 'tls')
  if (tls === undefined) return undefined
  return {
    mode: textOf(tls, 'mode') ?? 'DISABLE',
    caCertificates: textOf(tls, 'caCertificates') ?? '',
    credentialName: textOf(tls, 'credentialName') ?? '',
    path: `${path}.tls`,
  }
}

function trafficPolicy(policy: unknown, path: string): TrafficPolicyConfig {
  return {
    tls: clientTls(policy, path),
    ports: listOf(policy, 'portLevelSettings').map((each, index) => {
      const own = `${path}.portLevelSettings[${index}]`
      return {port: numberOf(each, 'port', 'number') ?? 0, tls: clientTls(each, own), path: own}
    }),
    locality: objectOf(policy, 'loadBalancer', 'localityLbSetting') !== undefined,
    outlierDetection: objectOf(policy, 'outlierDetection') !== undefined,
    path,
  }
}

/** A DestinationRule (networking.istio.io). */
export function readDestinationRuleConfig(object: ConfigObject): DestinationRuleConfig {
  const {raw} = object
  const selector = objectOf(raw, 'spec', 'workloadSelector')
  return {
    object,
    host: textOf(raw, 'spec', 'host') ?? '',
    exportTo: textsOf(raw, 'spec', 'exportTo'),
    ...definedFields({workloadSelector: selector === undefined ? undefined : textMapOf(selector, 'matchLabels')}),
    policy: trafficPolicy(at(raw, 'spec', 'trafficPolicy'), 'spec.trafficPolicy'),
    subsets: listOf(raw, 'spec', 'subsets').map((each, index) => {
      const path = `spec.subsets[${index}]`
      return {
        name: textOf(each, 'name') ?? '',
        labels: textMapOf(each, 'labels'),
        policy: trafficPolicy(at(each, 'trafficPolicy'), `${path}.trafficPolicy`),
        path,
      }
    }),
  }
}

function serverTls(server: unknown): ServerTls | undefined {
  const tls = objectOf(server, 'tls')
  if (tls === undefined) return undefined
  return {
    mode: textOf(tls, 'mode') ?? 'PASSTHROUGH',
    credentialName: textOf(tls, 'credentialName') ?? '',
    credentialNames: textsOf(tls, 'credentialNames'),
    serverCertificate: textOf(tls, 'serverCertificate') ?? '',
    privateKey: textOf(tls, 'privateKey') ?? '',
    httpsRedirect: flagOf(tls, 'httpsRedirect') ?? false,
  }
}

/** A Gateway (networking.istio.io). */
export function readGatewayConfig(object: ConfigObject): GatewayConfig {
  return {
    object,
    selector: textMapOf(object.raw, 'spec', 'selector'),
    servers: listOf(object.raw, 'spec', 'servers').map((server, index) => ({
      port: numberOf(server, 'port', 'number') ?? 0,
      portName: textOf(server, 'port', 'name') ?? '',
      protocol: (textOf(server, 'port', 'protocol') ?? '').toUpperCase(),
      bind: textOf(server, 'bind') ?? '',
      hosts: textsOf(server, 'hosts'),
      tls: serverTls(server),
      path: `spec.servers[${index}]`,
    })),
  }
}

/** A ServiceEntry (networking.istio.io). */
export function readServiceEntryConfig(object: ConfigObject): ServiceEntryConfig {
  const {raw} = object
  return {
    object,
    hosts: textsOf(raw, 'spec', 'hosts'),
    addresses: textsOf(raw, 'spec', 'addresses'),
    allocated: listOf(raw, 'status', 'addresses').flatMap(each => textOf(each, 'value') ?? []),
    exportTo: textsOf(raw, 'spec', 'exportTo'),
    resolution: textOf(raw, 'spec', 'resolution') ?? 'NONE',
    location: textOf(raw, 'spec', 'location') ?? 'MESH_EXTERNAL',
    workloadLabels: textMapOf(raw, 'spec', 'workloadSelector', 'labels'),
    endpointLabels: listOf(raw, 'spec', 'endpoints').map(each => textMapOf(each, 'labels')),
    ports: listOf(raw, 'spec', 'ports').map((port, index) => ({
      number: numberOf(port, 'number') ?? 0,
      name: textOf(port, 'name') ?? '',
      protocol: (textOf(port, 'protocol') ?? '').toUpperCase(),
      ...definedFields({targetPort: numberOf(port, 'targetPort')}),
      path: `spec.ports[${index}]`,
    })),
  }
}

/** A Sidecar (networking.istio.io). */
export function readSidecarConfig(object: ConfigObject): SidecarConfig {
  const {raw} = object
  const selector = objectOf(raw, 'spec', 'workloadSelector')
  return {
    object,
    ...definedFields({selector: selector === undefined ? undefined : textMapOf(selector, 'labels')}),
    egress: listOf(raw, 'spec', 'egress').map((each, index) => ({
      hosts: textsOf(each, 'hosts'),
      port: numberOf(each, 'port', 'number'),
      path: `spec.egress[${index}]`,
    })),
    egressProxy: objectOf(raw, 'spec', 'outboundTrafficPolicy', 'egressProxy') !== undefined,
    outboundMode: textOf(raw, 'spec', 'outboundTrafficPolicy', 'mode') ?? '',
  }
}

/** What tells a patch from others: the name in its value, else that of the filter it looks for; empty where the value is. */
function patchedName(patch: unknown): string {
  const value = objectOf(patch, 'patch', 'value')
  if (value === undefined || Object.keys(value).length === 0) return ''
  const own = textOf(value, 'name')
  return own === undefined
    ? (textOf(patch, 'match', 'listener', 'filterChain', 'filter', 'name') ?? '')
    : `value ${own}`
}

/** An EnvoyFilter (networking.istio.io). */
export function readEnvoyFilterConfig(object: ConfigObject): EnvoyFilterConfig {
  const {raw} = object
  return {
    object,
    priority: numberOf(raw, 'spec', 'priority') ?? 0,
    patches: listOf(raw, 'spec', 'configPatches').map((each, index) => {
      return {
        applyTo: textOf(each, 'applyTo') ?? 'INVALID',
        operation: textOf(each, 'patch', 'operation') ?? 'INVALID',
        present: isObject(at(each, 'patch')),
        filterName: patchedName(each),
        proxyVersion: textOf(each, 'match', 'proxy', 'proxyVersion') ?? '',
        path: `spec.configPatches[${index}]`,
      }
    }),
  }
}

/** The labels by which a WorkloadEntry, or the entries of a WorkloadGroup, are selected: those of the spec and of the metadata. */
export function entryLabels({kind, raw, labels}: ConfigObject): Labels {
  const own = kind === 'WorkloadGroup' ? ['spec', 'metadata', 'labels'] : ['spec', 'labels']
  return {...labels, ...textMapOf(raw, ...own)}
}
