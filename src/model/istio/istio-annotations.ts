import type {Labels} from '../kube/selector.js'

/** An annotation Istio knows: the kinds it applies to, and whether it is deprecated. */
export interface IstioAnnotation {
  readonly kinds: readonly string[]
  readonly deprecated: boolean
}

/** Names by the kinds they belong to (istio.io, Resource Annotations, 1.31); `Any` is every kind. */
const NAMES: readonly (readonly [kinds: string, deprecated: boolean, names: readonly string[]])[] = [
  ['Any', false, ['galley.istio.io/analyze-suppress', 'gateway.istio.io/controller-version']],
  ['AuthorizationPolicy', false, ['istio.io/dry-run']],
  [
    'Gateway',
    false,
    ['gateway.istio.io/name-override', 'gateway.istio.io/service-account', 'networking.istio.io/service-type'],
  ],
  ['GatewayClass Gateway', false, ['ambient.istio.io/waypoint-inbound-binding']],
  ['Ingress', false, ['kubernetes.io/ingress.class']],
  ['Namespace', false, ['topology.istio.io/controlPlaneClusters']],
  ['Namespace Service ServiceEntry', false, ['networking.istio.io/traffic-distribution']],
  [
    'Pod',
    false,
    [
      'ambient.istio.io/bypass-inbound-capture',
      'ambient.istio.io/dns-capture',
      'ambient.istio.io/redirection',
      'inject.istio.io/templates',
      'istio.io/reroute-virtual-interfaces',
      'istio.io/rev',
      'prometheus.istio.io/merge-metrics',
      'prometheus.istio.io/scrape-targets',
      'proxy.istio.io/config',
      'proxy.istio.io/overrides',
      'readiness.status.sidecar.istio.io/applicationPorts',
      'readiness.status.sidecar.istio.io/failureThreshold',
      'readiness.status.sidecar.istio.io/initialDelaySeconds',
      'readiness.status.sidecar.istio.io/periodSeconds',
      'sidecar.istio.io/agentLogLevel',
      'sidecar.istio.io/bootstrapOverride',
      'sidecar.istio.io/componentLogLevel',
      'sidecar.istio.io/interceptionMode',
      'sidecar.istio.io/logLevel',
      'sidecar.istio.io/nativeSidecar',
      'sidecar.istio.io/proxyCPU',
      'sidecar.istio.io/proxyCPULimit',
      'sidecar.istio.io/proxyImage',
      'sidecar.istio.io/proxyImageType',
      'sidecar.istio.io/proxyMemory',
      'sidecar.istio.io/proxyMemoryLimit',
      'sidecar.istio.io/rewriteAppHTTPProbers',
      'sidecar.istio.io/statsEvictionInterval',
      'sidecar.istio.io/statsFlushInterval',
      'sidecar.istio.io/statsHistogramBins',
      'sidecar.istio.io/statsHistogramBuckets',
      'sidecar.istio.io/status',
      'sidecar.istio.io/userVolume',
      'sidecar.istio.io/userVolumeMount',
      'status.sidecar.istio.io/port',
      'traffic.sidecar.istio.io/excludeInboundPorts',
      'traffic.sidecar.istio.io/excludeInterfaces',
      'traffic.sidecar.istio.io/excludeOutboundIPRanges',
      'traffic.sidecar.istio.io/excludeOutboundPorts',
      'traffic.sidecar.istio.io/includeInboundPorts',
      'traffic.sidecar.istio.io/includeOutboundIPRanges',
      'traffic.sidecar.istio.io/includeOutboundPorts',
    ],
  ],
  [
    'Pod',
    true,
    [
      'sidecar.istio.io/discoveryAddress',
      'sidecar.istio.io/extraStatTags',
      'sidecar.istio.io/inject',
      'sidecar.istio.io/statsCompression',
      'sidecar.istio.io/statsInclusionPrefixes',
      'sidecar.istio.io/statsInclusionRegexps',
      'sidecar.istio.io/statsInclusionSuffixes',
      'traffic.sidecar.istio.io/kubevirtInterfaces',
    ],
  ],
  ['Service', false, ['networking.istio.io/exportTo', 'traffic.istio.io/nodeSelector']],
  ['Service', true, ['alpha.istio.io/canonical-serviceaccounts', 'alpha.istio.io/kubernetes-serviceaccounts']],
  ['Service ServiceEntry Namespace', false, ['istio.io/use-waypoint-canary-weight']],
  [
    'WorkloadEntry',
    false,
    [
      'istio.io/autoRegistrationGroup',
      'istio.io/connectedAt',
      'istio.io/disconnectedAt',
      'istio.io/workloadController',
    ],
  ],
]

export const ISTIO_ANNOTATIONS: ReadonlyMap<string, IstioAnnotation> = new Map(
  NAMES.flatMap(([kinds, deprecated, names]) =>
    names.map(name => [name, {kinds: kinds.split(' '), deprecated}] as const),
  ),
)

/** Written by Istio itself on any kind. */
const ITS_OWN = ['sidecar.istio.io/status', 'gateway.istio.io/controller-version', 'istio.io/rev']

/** The annotations of an object that Istio reads: those under a domain of istio.io, and the class of an Ingress. */
export function istioAnnotationsOf(annotations: Labels): readonly string[] {
  return Object.keys(annotations).filter(key => {
    const [domain = ''] = key.split('/')
    const its = key.includes('/') && (domain === 'istio.io' || domain.endsWith('.istio.io'))
    return (its && !ITS_OWN.includes(key)) || key === 'kubernetes.io/ingress.class'
  })
}

/** The replacements of deprecated annotations (istio.io, Resource Annotations). */
export const REPLACED_BY: Readonly<Record<string, string>> = {
  'sidecar.istio.io/discoveryAddress': 'discoveryAddress in the annotation proxy.istio.io/config',
  'sidecar.istio.io/extraStatTags': 'extraStatTags in the annotation proxy.istio.io/config',
  'sidecar.istio.io/statsInclusionPrefixes': 'proxyStatsMatcher in the annotation proxy.istio.io/config',
  'sidecar.istio.io/statsInclusionRegexps': 'proxyStatsMatcher in the annotation proxy.istio.io/config',
  'sidecar.istio.io/statsInclusionSuffixes': 'proxyStatsMatcher in the annotation proxy.istio.io/config',
  'traffic.sidecar.istio.io/kubevirtInterfaces': 'the annotation istio.io/reroute-virtual-interfaces',
}

function bare(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z]/g, '')
    .replace(/s$/, '')
}

/** The known name that differs from an unknown one only in case, hyphens, a final s or the domain. */
export function annotationMeant(key: string): string | undefined {
  const [, own = ''] = key.split('/')
  return [...ISTIO_ANNOTATIONS.keys()].find(name => bare(name.split('/')[1] ?? '') === bare(own))
}
