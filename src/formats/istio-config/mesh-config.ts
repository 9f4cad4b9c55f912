import {definedFields} from '../../model/collections/defined-fields.js'
import type {InjectorValues, MeshConfig, MeshNetworks} from '../../model/istio-config/mesh-config.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {at, flagOf, isObject, listOf, objectOf, textMapOf, textOf, textsOf} from '../decode.js'
import {parseYamlText} from '../kube-manifest/yaml-text.js'

/** The fields of MeshConfig (istio.io, MeshConfig; the last line: fields that later releases removed). */
const MESH_FIELDS = new Set(
  `accessLogEncoding accessLogFile accessLogFormat ca caCertificates configSources connectTimeout defaultConfig defaultDestinationRuleExportTo
  defaultHttpRetryPolicy defaultProviders defaultServiceExportTo defaultVirtualServiceExportTo disableEnvoyListenerLog discoverySelectors dnsRefreshRate
  enableAutoMtls enableEnvoyAccessLogService enablePrometheusMerge enableTracing extensionProviders h2UpgradePolicy hboneIdleTimeout inboundClusterStatName
  inboundTrafficPolicy ingressClass ingressControllerMode ingressSelector ingressService localityLbSetting meshMTLS meshMtls outboundClusterStatName
  outboundTrafficPolicy pathNormalization proxyHttpPort proxyInboundListenPort proxyListenPort rootNamespace serviceScopeConfigs serviceSettings
  tcpKeepalive tlsDefaults trustDomain trustDomainAliases verifyCertificateAtClient
  authPolicy certificates disablePolicyChecks disableMixerHttpReports disableReportBatch enableClientSidePolicyCheck mixerAddress mixerCheckServer
  mixerReportServer policyCheckFailOpen rdsRefreshDelay reportBatchMaxEntries reportBatchMaxTime sdsRefreshDelay sdsUdsPath thriftConfig`.split(
    /\s+/,
  ),
)

/** True for a YAML text with a field of MeshConfig, or an empty one: all defaults. */
export function holdsMeshConfig(text: string): boolean {
  const mesh = parseYamlText(text) ?? {}
  return isObject(mesh) && (Object.keys(mesh).length === 0 || Object.keys(mesh).some(name => MESH_FIELDS.has(name)))
}

/** The mesh configuration in a YAML text; absent fields have Istio's defaults (istio.io, MeshConfig). Undefined when it is not a YAML map. */
export function readMeshConfig(text: string, istioNamespace: string, from?: string): MeshConfig | undefined {
  const mesh = parseYamlText(text) ?? (text.trim() === '' ? {} : undefined)
  if (mesh !== null && !isObject(mesh)) return undefined
  const lightstep = listOf(mesh, 'extensionProviders').filter(each => objectOf(each, 'lightstep') !== undefined)
  return {
    rootNamespace: textOf(mesh, 'rootNamespace') ?? istioNamespace,
    accessLogProviders: textsOf(mesh, 'defaultProviders', 'accessLogging'),
    lightstepProviders: new Set(lightstep.map(each => textOf(each, 'name') ?? '')),
    proxyMetadata: textMapOf(mesh, 'defaultConfig', 'proxyMetadata'),
    imageType: textOf(mesh, 'defaultConfig', 'image', 'imageType') ?? '',
    outboundMode: textOf(mesh, 'outboundTrafficPolicy', 'mode') ?? 'ALLOW_ANY',
    enableAutoMtls: flagOf(mesh, 'enableAutoMtls') ?? true,
    extensionProviders: new Map(
      listOf(mesh, 'extensionProviders').map(each => [
        textOf(each, 'name') ?? '',
        Object.keys(isObject(each) ? each : {}).find(key => key !== 'name') ?? '',
      ]),
    ),
    tracers: Object.keys(objectOf(mesh, 'defaultConfig', 'tracing') ?? {}),
    defaultTracing: textsOf(mesh, 'defaultProviders', 'tracing').length > 0,
    enableTracing: flagOf(mesh, 'enableTracing') ?? true,
    discoverySelectors: listOf(mesh, 'discoverySelectors').length,
    minTlsVersion: textOf(mesh, 'tlsDefaults', 'minProtocolVersion') ?? '',
    certificates: listOf(mesh, 'certificates').length > 0,
    ...definedFields({from}),
  }
}

/** The networks in a YAML text (istio.io, MeshNetworks); undefined when it is not a YAML map with `networks`, nor an empty one. */
export function readMeshNetworks(text: string, from: string): MeshNetworks | undefined {
  const value = parseYamlText(text)
  if (!isObject(value) || (Object.keys(value).length > 0 && !('networks' in value))) return undefined
  const networks = Object.entries(objectOf(value, 'networks') ?? {})
  return {
    from,
    registries: networks.flatMap(([network, each]) =>
      listOf(each, 'endpoints').flatMap((endpoint, index) => {
        const registry = textOf(endpoint, 'fromRegistry')
        return registry === undefined ? [] : [{network, registry, index}]
      }),
    ),
  }
}

/** The values of the injector in its ConfigMap `istio-sidecar-injector` or `istio-sidecar-injector-REVISION`; undefined for any other. */
export function readInjectorValues(object: KubeObject): InjectorValues | undefined {
  const [, suffix] = /^istio-sidecar-injector(?:-(.+))?$/.exec(object.metadata.name) ?? [undefined, undefined]
  if (!object.metadata.name.startsWith('istio-sidecar-injector')) return undefined
  const values = parseYamlText(textOf(object, 'data', 'values') ?? '')
  const tag = at(values, 'global', 'tag')
  return {
    revision: suffix ?? '',
    enableNamespacesByDefault: flagOf(values, 'sidecarInjectorWebhook', 'enableNamespacesByDefault') ?? false,
    hub: textOf(values, 'global', 'hub') ?? '',
    tag: typeof tag === 'number' ? String(tag) : (textOf(values, 'global', 'tag') ?? ''),
    image: textOf(values, 'global', 'proxy', 'image') ?? '',
  }
}
