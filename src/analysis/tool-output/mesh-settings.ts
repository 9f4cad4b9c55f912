type Values = Readonly<Record<string, unknown>>

/** Settings that decide what a mesh does, by their path in the values, with what each value means (istio.io, "MeshConfig", "Helm values"). */
const SETTINGS: readonly (readonly [path: string, means: (value: string) => string | undefined])[] = [
  ['tag', value => `the release is ${value}`],
  ['global.tag', value => `the release is ${value}`],
  [
    'meshConfig.outboundTrafficPolicy.mode',
    value =>
      value === 'REGISTRY_ONLY'
        ? 'hosts outside the service registry are refused (502, BlackHoleCluster) unless a ServiceEntry has them'
        : 'hosts outside the service registry are passed through (PassthroughCluster)',
  ],
  [
    'meshConfig.enableAutoMtls',
    value =>
      value === 'false'
        ? 'clients send mTLS only where a DestinationRule says so; a server with STRICT refuses all others'
        : undefined,
  ],
  ['meshConfig.accessLogFile', value => (value === '' ? 'access logs are off' : `access logs are written to ${value}`)],
  [
    'meshConfig.defaultConfig.holdApplicationUntilProxyStarts',
    value =>
      value === 'true'
        ? 'applications start when the proxy is ready; with native sidecars Kubernetes itself sees to that, and no postStart hook is added'
        : undefined,
  ],
  [
    'global.proxy.holdApplicationUntilProxyStarts',
    value =>
      value === 'true' ? 'the same setting at its older place, which the injection template also reads' : undefined,
  ],
  [
    'meshConfig.defaultConfig.proxyMetadata.ISTIO_META_DNS_CAPTURE',
    value => (value === 'true' ? 'the agent answers DNS queries of the pods (15053)' : undefined),
  ],
  ['global.proxy.excludeOutboundPorts', value => `outbound traffic to ${value} bypasses the proxy in every pod`],
  ['global.proxy.excludeInboundPorts', value => `inbound traffic to ${value} bypasses the proxy in every pod`],
  ['global.proxy.excludeIPRanges', value => `outbound traffic to ${value} bypasses the proxy in every pod`],
  [
    'global.proxy.includeIPRanges',
    value => (value === '*' ? undefined : `only outbound traffic to ${value} is captured`),
  ],
  [
    'global.proxy.logLevel',
    value => (/debug|trace/.test(value) ? `every proxy logs at ${value}, which slows a busy one down` : undefined),
  ],
  ['global.proxy.privileged', value => (value === 'true' ? 'sidecars are privileged' : undefined)],
  ['global.mtls.enabled', () => 'a setting of Istio before 1.6, without effect since: use PeerAuthentication'],
  ['meshConfig.enableTracing', value => (value === 'false' ? 'no spans are reported' : undefined)],
  [
    'components.cni.enabled',
    value =>
      `istio-cni is ${value === 'true' ? 'on: pods need no NET_ADMIN' : 'off: istio-init needs NET_ADMIN and NET_RAW'}`,
  ],
  ['pilot.cni.enabled', value => `istio-cni is ${value === 'true' ? 'on: pods need no NET_ADMIN' : 'off'}`],
]

function valueAt(values: Values, path: string): string | undefined {
  const found = path
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, name)
          ? (value as Record<string, unknown>)[name]
          : undefined,
      values,
    )
  return typeof found === 'string' || typeof found === 'boolean' || typeof found === 'number'
    ? String(found)
    : undefined
}

/** The settings of some values that decide what the mesh does, each with what it means. */
export function settingFindings(kind: string, values: Values): readonly string[] {
  const found = SETTINGS.flatMap(([path, means]) => {
    const value = valueAt(values, path)
    const meaning = value === undefined ? undefined : means(value)
    return meaning === undefined ? [] : [`${path}: ${value}: ${meaning}`]
  })
  const note =
    'whether the mesh runs with them only its ConfigMap istio says: meshctl check-inject, proxy-config bootstrap'
  return found.length === 0
    ? [`${kind}: no setting in them changes what meshctl knows of`]
    : [`${kind}:`, ...found, note]
}
