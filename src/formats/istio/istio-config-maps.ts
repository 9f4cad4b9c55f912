import type {CaptureDefaults, InjectorSettings} from '../../model/istio/injection.js'
import {parseIstioVersion} from '../../model/istio/istio-version.js'
import {REVISION_LABEL} from '../../model/istio/mesh-keys.js'
import type {MeshSettings} from '../../model/istio/mesh-settings.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {commaList} from '../../model/text/comma-list.js'
import {flagOf, isObject, listOf, numberOf, objectOf, textMapOf, textOf, textsOf} from '../decode.js'
import {parseYamlText} from '../kube-manifest/yaml-text.js'
import {readLabelSelector} from './injection-webhook.js'

function authorizersOf(mesh: unknown): MeshSettings['authorizers'] {
  return listOf(mesh, 'extensionProviders').flatMap(each => {
    const http = objectOf(each, 'envoyExtAuthzHttp')
    const asked = http ?? objectOf(each, 'envoyExtAuthzGrpc')
    if (asked === undefined) return []
    return [{name: textOf(each, 'name') ?? '', http: http !== undefined, service: textOf(asked, 'service') ?? ''}]
  })
}

/** MeshConfig of the ConfigMap `istio` (or `istio-REVISION`); absent fields have the defaults of istio.io, "Global Mesh Options". */
export function readMeshSettings(object: KubeObject): MeshSettings {
  const mesh = parseYamlText(textOf(object, 'data', 'mesh') ?? '')
  const mode = textOf(mesh, 'defaultConfig', 'interceptionMode')
  const home = object.metadata.namespace ?? 'istio-system'
  return {
    rootNamespace: textOf(mesh, 'rootNamespace') ?? home,
    enableAutoMtls: flagOf(mesh, 'enableAutoMtls') ?? true,
    outboundPolicy: textOf(mesh, 'outboundTrafficPolicy', 'mode') ?? 'ALLOW_ANY',
    discoveryAddress: textOf(mesh, 'defaultConfig', 'discoveryAddress') ?? `istiod.${home}.svc:15012`,
    clusterDomain: 'cluster.local',
    authorizers: authorizersOf(mesh),
    trustDomains: [textOf(mesh, 'trustDomain') ?? 'cluster.local', ...textsOf(mesh, 'trustDomainAliases')],
    trustedProxies: numberOf(mesh, 'defaultConfig', 'gatewayTopology', 'numTrustedProxies') ?? 0,
    capture: {
      interceptionMode: mode,
      proxyMetadata: textMapOf(mesh, 'defaultConfig', 'proxyMetadata'),
    },
  }
}

const CAPTURE = [
  'includeInboundPorts',
  'excludeInboundPorts',
  'includeOutboundPorts',
  'excludeOutboundPorts',
  'includeIPRanges',
  'excludeIPRanges',
  'statusPort',
] as const

function captureOf(values: unknown): CaptureDefaults {
  const found = CAPTURE.flatMap(name => {
    const number = numberOf(values, 'global', 'proxy', name)
    const text = textOf(values, 'global', 'proxy', name) ?? (number === undefined ? undefined : String(number))
    return text === undefined ? [] : [[name, text] as const]
  })
  return Object.fromEntries(found)
}

/** The settings in the ConfigMap istio-sidecar-injector: `config` is YAML, `values` the chart's values (istio.io, injection templates). */
export function readInjectorSettings(object: KubeObject): InjectorSettings {
  const config = parseYamlText(textOf(object, 'data', 'config') ?? '')
  const values = parseYamlText(textOf(object, 'data', 'values') ?? '')
  const version = parseIstioVersion(textOf(values, 'global', 'tag'))
  const selectors = (name: string) => listOf(config, name).map(readLabelSelector)
  return {
    version,
    revision: object.metadata.labels?.[REVISION_LABEL] ?? 'default',
    policy: textOf(config, 'policy') ?? 'enabled',
    never: selectors('neverInjectSelector'),
    always: selectors('alwaysInjectSelector'),
    nativeNftables: flagOf(values, 'global', 'nativeNftables') ?? false,
    cni: (flagOf(values, 'pilot', 'cni', 'enabled') ?? false) || (flagOf(values, 'istio_cni', 'enabled') ?? false),
    seccompProfile: textOf(values, 'global', 'proxy', 'seccompProfile', 'type') ?? '',
    enableNamespacesByDefault: flagOf(values, 'sidecarInjectorWebhook', 'enableNamespacesByDefault') ?? false,
    capture: captureOf(values),
  }
}

/** What the CNI plugin's own settings say of the things rules ask about. */
export interface CniConfig {
  readonly excludedNamespaces?: readonly string[]
  /** Where in the object that stands. */
  readonly from: string
}

function fromJson(text: string): readonly string[] | undefined {
  try {
    const config: unknown = JSON.parse(text)
    if (!isObject(config)) return undefined
    return [textsOf(config, 'exclude_namespaces'), textsOf(config, 'kubernetes', 'exclude_namespaces')].find(
      list => list.length > 0,
    )
  } catch {
    return undefined
  }
}

/**
 * The namespaces the plugin excludes, of the ConfigMap istio-cni-config: a comma list under EXCLUDED_NAMESPACES in newer charts, the list
 * `exclude_namespaces` of the CNI configuration (JSON under cni_network_config) in older ones.
 */
export function readCniConfig(object: KubeObject): CniConfig {
  const where = `ConfigMap ${object.metadata.namespace ?? ''}/${object.metadata.name} data`
  const list = textOf(object, 'data', 'EXCLUDED_NAMESPACES')
  if (list !== undefined) {
    return {excludedNamespaces: commaList(list), from: `${where}.EXCLUDED_NAMESPACES`}
  }
  const older = fromJson(textOf(object, 'data', 'cni_network_config') ?? '')
  const from = `${where}.cni_network_config`
  return older === undefined ? {from} : {excludedNamespaces: older, from}
}
