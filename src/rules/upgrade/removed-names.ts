import {proxyVariables} from '../../formats/istio-config/upgrade.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {annotatedObjects} from '../config/annotated-objects.js'
import type {ConfigFound} from '../config/config-rule.js'
import type {ConfigSet} from '../config/config-set.js'
import {POD_KINDS} from '../config/pod-kinds.js'
import {istiodVariables} from './istiod.js'
import {FIRST_RELEASE, LAST_RELEASE, type Notes, noted, notesPage, passes, type UpgradeRule} from './upgrade-rule.js'

/** A name that a release removed or deprecated. */
interface Gone {
  readonly release: number
  readonly notes: Notes
  readonly what: 'removed' | 'deprecated'
  readonly instead?: string
}

function gone(release: number, instead?: string, notes: Notes = 'change-notes', what: Gone['what'] = 'removed'): Gone {
  return {release, notes, what, ...definedFields({instead})}
}

function each(release: number, names: readonly string[]): readonly (readonly [string, Gone])[] {
  return names.map(name => [name, gone(release)] as const)
}

/** Variables of istiod by the release that removed them (change notes of each release). */
export const ISTIOD_VARIABLES: ReadonlyMap<string, Gone> = new Map([
  ...each(19, [
    'CNI_ENABLE_INSTALL',
    'CNI_ENABLE_REINSTALL',
    'SKIP_CNI_BINARIES',
    'UPDATE_CNI_BINARIES',
    'ENABLE_AUTO_MTLS_CHECK_POLICIES',
    'PILOT_ENABLE_LEGACY_AUTO_PASSTHROUGH',
    'PILOT_ENABLE_LEGACY_ISTIO_MUTUAL_CREDENTIAL_NAME',
    'PILOT_LEGACY_INGRESS_BEHAVIOR',
    'PILOT_ENABLE_ISTIO_TAGS',
    'ENABLE_LEGACY_LB_ALGORITHM_DEFAULT',
    'AUTO_RELOAD_PLUGIN_CERTS',
    'PRIORITIZED_LEADER_ELECTION',
    'SIDECAR_IGNORE_PORT_IN_HOST_MATCH',
    'REWRITE_TCP_PROBES',
    'PILOT_ENABLE_PROTOCOL_SNIFFING_FOR_OUTBOUND',
    'PILOT_ENABLE_PROTOCOL_SNIFFING_FOR_INBOUND',
    'SPIFFE_BUNDLE_ENDPOINTS',
    'ENABLE_LEGACY_FSGROUP_INJECTION',
  ]),
  ['ISTIO_DEFAULT_REQUEST_TIMEOUT', gone(19, 'timeout in VirtualServices')],
  ['PILOT_INBOUND_PROTOCOL_DETECTION_TIMEOUT', gone(19, 'protocolDetectionTimeout in the mesh configuration')],
  ['PILOT_ENABLE_DESTINATION_RULE_INHERITANCE', gone(20)],
  ['PILOT_ENABLE_INBOUND_PASSTHROUGH', gone(21, 'inboundTrafficPolicy in the mesh configuration (1.22)')],
  ['PILOT_ENABLE_HEADLESS_SERVICE_POD_LISTENERS', gone(22)],
  ...each(23, [
    'ISTIO_ENABLE_OPTIMIZED_SERVICE_PUSH',
    'ENABLE_OPTIMIZED_CONFIG_REBUILD',
    'PILOT_ENABLE_CONFIG_DISTRIBUTION_TRACKING',
    'ENABLE_OTEL_BUILTIN_RESOURCE_LABELS',
  ]),
  ['ENABLE_AUTO_SNI', gone(26)],
  ['METRIC_ROTATION_INTERVAL', gone(28, 'the annotation sidecar.istio.io/statsEvictionInterval', 'upgrade-notes')],
  [
    'METRIC_GRACEFUL_DELETION_INTERVAL',
    gone(28, 'the annotation sidecar.istio.io/statsEvictionInterval', 'upgrade-notes'),
  ],
  ['PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY', gone(31, undefined, 'upgrade-notes')],
])

/** Variables of proxies by the release that removed or deprecated them. */
export const PROXY_VARIABLES: ReadonlyMap<string, Gone> = new Map([
  ['BOOTSTRAP_XDS_AGENT', gone(21)],
  ['USE_EXTERNAL_WORKLOAD_SDS', gone(23, 'WORKLOAD_IDENTITY_SOCKET_FILE')],
  [
    'ISTIO_META_DNS_AUTO_ALLOCATE',
    gone(25, 'the addresses istiod allocates (PILOT_ENABLE_IP_AUTOALLOCATE)', 'change-notes', 'deprecated'),
  ],
])

/** Annotations by the release that removed or deprecated them; a value where only that one is gone. */
export const ANNOTATIONS: ReadonlyMap<string, Gone & {readonly value?: string}> = new Map<
  string,
  Gone & {readonly value?: string}
>([
  ['ambient.istio.io/redirection', {...gone(22, 'the label istio.io/dataplane-mode: none'), value: 'disabled'}],
  [
    'traffic.sidecar.istio.io/kubevirtInterfaces',
    gone(25, 'istio.io/reroute-virtual-interfaces', 'change-notes', 'deprecated'),
  ],
  ['sidecar.istio.io/statsCompression', gone(29, 'statsCompression in proxy.istio.io/config', 'upgrade-notes')],
])

function foundOf(found: Omit<ConfigFound, 'message' | 'proof'>, name: string, {release, notes, what, instead}: Gone) {
  const use = instead === undefined ? 'nothing replaces it' : `use ${instead}`
  const severity = what === 'deprecated' ? ({severity: 'info'} as const) : {}
  return {...found, ...severity, message: `Istio 1.${release} ${what} ${name}; ${use}.`, proof: noted(release, notes)}
}

function pagesOf(table: ReadonlyMap<string, Gone>): readonly string[] {
  return [...new Set([...table.values()].map(({release, notes}) => notesPage(release, notes)))]
}

/** The annotations of pod templates. */
function templateAnnotations(set: ConfigSet) {
  return set.workloads().flatMap(({object, pod, annotations, specPath}) =>
    pod
      ? []
      : Object.entries(annotations).map(([key, value]) => ({
          object,
          key,
          value,
          path: `${specPath.replace(/\.spec$/, '')}.metadata.annotations["${key}"]`,
        })),
  )
}

const span = `1.${FIRST_RELEASE} to 1.${LAST_RELEASE}`

/** What releases removed or deprecated by name. */
export const REMOVED_NAMES: readonly UpgradeRule[] = [
  {
    code: 'MCT2201',
    slug: 'istiod-variable-removed',
    aliases: [],
    severity: 'warning',
    title: 'Istiod sets a variable the target ignores',
    why: 'A variable that a release removed is ignored without a word, and with it what it was set for.',
    fix: 'Remove the variable, and set what replaces it before the upgrade.',
    references: pagesOf(ISTIOD_VARIABLES),
    kinds: ['Deployment'],
    check: set =>
      istiodVariables(set).flatMap(({object, name, path}) => {
        const row = ISTIOD_VARIABLES.get(name)
        return row === undefined || !passes(set, row.release) ? [] : [foundOf({object, path}, name, row)]
      }),
  },
  {
    code: 'MCT2202',
    slug: 'proxy-variable-removed',
    aliases: [],
    severity: 'warning',
    title: 'Proxies get a variable the target ignores',
    why: `Proxies of the target no longer read it, or will stop reading it (table of ${span}).`,
    fix: 'Remove the variable, and use what replaces it.',
    references: pagesOf(PROXY_VARIABLES),
    kinds: ['ConfigMap', 'MeshConfig', 'ProxyConfig', 'Pod', 'Deployment', 'StatefulSet', 'DaemonSet'],
    check: set => {
      const meshConfig = set.meshConfigObject()
      const inMesh = Object.keys(set.mesh.proxyMetadata).flatMap(name =>
        meshConfig === undefined ? [] : [{object: meshConfig, name, path: 'data.mesh'}],
      )
      const inObjects = ['ProxyConfig', 'Pod', 'Deployment', 'StatefulSet', 'DaemonSet']
        .flatMap(kind => set.of(kind))
        .flatMap(object => proxyVariables(object).map(({name, path}) => ({object, name, path})))
      return [...inMesh, ...inObjects].flatMap(({object, name, path}) => {
        const row = PROXY_VARIABLES.get(name)
        return row === undefined || !passes(set, row.release) ? [] : [foundOf({object, path}, name, row)]
      })
    },
  },
  {
    code: 'MCT2203',
    slug: 'annotation-removed',
    aliases: [],
    severity: 'warning',
    title: 'Annotation is removed in the target',
    why: `The target ignores it, or a later release will (table of ${span}).`,
    fix: 'Use what replaces it before the upgrade.',
    references: pagesOf(ANNOTATIONS),
    kinds: ['Namespace', 'Service', ...POD_KINDS],
    check: set => {
      const onObjects = annotatedObjects(set).map(each => ({...each, value: each.object.annotations[each.key]}))
      return [...onObjects, ...templateAnnotations(set)].flatMap(({object, key, path, value}) => {
        const row = ANNOTATIONS.get(key)
        if (row === undefined || !passes(set, row.release)) return []
        return row.value !== undefined && value !== row.value ? [] : [foundOf({object, path}, key, row)]
      })
    },
  },
]
