import {parentRefs} from '../../formats/istio-config/gateway-api.js'
import {gatewayClass, rulesWithoutBackend, selectorsBy} from '../../formats/istio-config/upgrade.js'
import type {ConfigSet} from '../config/config-set.js'
import {passes, type Row} from './upgrade-rule.js'

const OLD_LABEL = 'istio.io/gateway-name'
const NEW_LABEL = 'gateway.networking.k8s.io/gateway-name'

/** The kinds that select pods by labels. */
const SELECTING = [
  'Service',
  'Deployment',
  'NetworkPolicy',
  'Gateway',
  'AuthorizationPolicy',
  'RequestAuthentication',
  'PeerAuthentication',
  'Telemetry',
  'WasmPlugin',
  'EnvoyFilter',
  'ProxyConfig',
]

function selectingByOldLabel(set: ConfigSet) {
  return SELECTING.flatMap(kind => set.of(kind)).flatMap(object =>
    selectorsBy(object, OLD_LABEL).map(path => ({object, path})),
  )
}

/** The oldest Gateway API whose CRDs a release reads, by CRD. */
const CRDS: readonly (readonly [release: number, crd: string, minimum: readonly number[]])[] = [
  [18, 'gateways', [0, 6, 0]],
  [18, 'gatewayclasses', [0, 6, 0]],
  [18, 'referencegrants', [0, 6, 0]],
  [28, 'backendtlspolicies', [1, 4, 0]],
  [30, 'tlsroutes', [1, 5, 0]],
  [30, 'referencegrants', [1, 5, 0]],
]

function isOlder(version: readonly number[], minimum: readonly number[]): boolean {
  const index = minimum.findIndex((part, at) => version[at] !== part)
  return index >= 0 && (version[index] ?? 0) < (minimum[index] ?? 0)
}

function crdRow(release: number, code: string, notes: Row['notes']): Row {
  return {
    code,
    slug: `gateway-crds-before-1-${release}`,
    release,
    notes,
    severity: 'error',
    title: 'Gateway API CRDs too old for the target',
    why: 'Istiod does not see objects of kinds whose CRD is of an older release, and gateways lose their routes.',
    fix: 'Install the CRDs of the release in the message before the upgrade.',
    kinds: ['CustomResourceDefinition'],
    find: set =>
      set.of('CustomResourceDefinition').flatMap(object => {
        const own = CRDS.filter(([at, crd]) => at === release && object.ref.name === `${crd}.gateway.networking.k8s.io`)
        const installed = object.annotations['gateway.networking.k8s.io/bundle-version'] ?? ''
        const [, major, minor, patch] = /^v?(\d+)\.(\d+)\.(\d+)/.exec(installed) ?? []
        if (major === undefined) return []
        return own
          .filter(([, , minimum]) => isOlder([major, minor, patch].map(Number), minimum))
          .map(([, , minimum]) => ({
            object,
            path: 'metadata.annotations["gateway.networking.k8s.io/bundle-version"]',
            message: `${object.ref.name} of Gateway API ${installed} is not read; ${minimum.join('.')} or later is needed.`,
          }))
      }),
  }
}

/** Objects of API versions that a release stopped reading. */
function versionRow(
  row: Pick<Row, 'code' | 'slug' | 'release' | 'notes' | 'title' | 'fix'>,
  kind: string,
  gone: RegExp,
): Row {
  return {
    ...row,
    severity: 'error',
    why: 'Istiod ignores the object.',
    kinds: [kind],
    find: set =>
      set
        .of(kind)
        .filter(({raw}) => gone.test(raw.apiVersion))
        .map(object => ({object, path: 'apiVersion', message: `${object.raw.apiVersion} of ${kind} is not read.`})),
  }
}

/** What releases changed for the Gateway API, its CRDs and the labels of gateways. */
export const GATEWAY_API_ROWS: readonly Row[] = [
  crdRow(18, 'MCT2240', 'change-notes'),
  crdRow(28, 'MCT2241', 'upgrade-notes'),
  crdRow(30, 'MCT2242', 'upgrade-notes'),
  {
    code: 'MCT2243',
    slug: 'managed-gateways-restart',
    release: 18,
    notes: 'upgrade-notes',
    severity: 'info',
    title: 'Managed gateways restart with istiod',
    why: 'Istiod renders their Deployments, and rolls them out when its revision changes.',
    fix: 'Upgrade to 1.16.5 or 1.17.3 first, and expect a rolling restart of the gateway.',
    kinds: ['KubernetesGateway'],
    find: set =>
      set
        .of('KubernetesGateway')
        .filter(object => gatewayClass(object).name === 'istio' && !gatewayClass(object).addressed)
        .map(object => ({object, path: 'spec.gatewayClassName', message: 'the gateway is restarted by the upgrade.'})),
  },
  {
    code: 'MCT2244',
    slug: 'service-parent-without-group',
    release: 19,
    notes: 'change-notes',
    severity: 'error',
    title: 'Service as parent needs an empty group',
    why: 'The route is no longer attached to the Service.',
    fix: 'Set group: "" in the parentRef.',
    kinds: ['HTTPRoute', 'GRPCRoute', 'TCPRoute', 'TLSRoute'],
    find: set =>
      ['HTTPRoute', 'GRPCRoute', 'TCPRoute', 'TLSRoute']
        .flatMap(kind => set.of(kind))
        .flatMap(object =>
          parentRefs(object)
            .filter(({kind, group}) => kind === 'Service' && group !== '')
            .map(({path, name}) => ({
              object,
              path: `${path}.group`,
              message: `the parent Service ${name} needs group "".`,
            })),
        ),
  },
  {
    code: 'MCT2245',
    slug: 'gateway-name-label-removed',
    release: 24,
    notes: 'change-notes',
    severity: 'error',
    title: `Label ${OLD_LABEL} is removed`,
    why: 'Selectors by it match no gateway after the upgrade.',
    fix: `Select by ${NEW_LABEL}.`,
    kinds: SELECTING,
    find: set =>
      selectingByOldLabel(set).map(each => ({
        ...each,
        message: `gateways have no label ${OLD_LABEL}; use ${NEW_LABEL}.`,
      })),
  },
  {
    code: 'MCT2246',
    slug: 'gateway-name-label-deprecated',
    release: 21,
    notes: 'upgrade-notes',
    severity: 'info',
    title: `Label ${OLD_LABEL} is deprecated`,
    why: 'Release 1.24 removes it.',
    fix: `Select by ${NEW_LABEL} once every gateway runs 1.21.`,
    kinds: SELECTING,
    find: set =>
      passes(set, 24)
        ? []
        : selectingByOldLabel(set).map(each => ({...each, message: `${NEW_LABEL} replaces ${OLD_LABEL}.`})),
  },
  {
    code: 'MCT2247',
    slug: 'waypoint-for-service-account',
    release: 22,
    notes: 'upgrade-notes',
    severity: 'error',
    title: 'Waypoint is attached by service account',
    why: 'Waypoints are attached by the label istio.io/use-waypoint, so no traffic reaches this one.',
    fix: 'Label namespaces, Services or pods with istio.io/use-waypoint.',
    kinds: ['KubernetesGateway'],
    find: set =>
      set
        .of('KubernetesGateway')
        .filter(({annotations}) => annotations['istio.io/for-service-account'] !== undefined)
        .map(object => ({
          object,
          path: 'metadata.annotations["istio.io/for-service-account"]',
          message: 'a waypoint for a service account gets no traffic.',
        })),
  },
  versionRow(
    {
      code: 'MCT2248',
      slug: 'ingress-v1beta1-removed',
      release: 18,
      notes: 'change-notes',
      title: 'Ingress of networking.k8s.io/v1beta1 is ignored',
      fix: 'Use networking.k8s.io/v1.',
    },
    'Ingress',
    /^(?:networking\.k8s\.io|extensions)\/v1beta1$/,
  ),
  versionRow(
    {
      code: 'MCT2249',
      slug: 'backend-tls-policy-alpha',
      release: 28,
      notes: 'upgrade-notes',
      title: 'BackendTLSPolicy v1alpha3 is ignored',
      fix: 'Use gateway.networking.k8s.io/v1.',
    },
    'BackendTLSPolicy',
    /\/v1alpha\d+$/,
  ),
  versionRow(
    {
      code: 'MCT2250',
      slug: 'inference-pool-alpha',
      release: 28,
      notes: 'upgrade-notes',
      title: 'InferencePool of an alpha version is ignored',
      fix: 'Use inference.networking.k8s.io/v1.',
    },
    'InferencePool',
    /^inference\.networking\.x-k8s\.io\//,
  ),
  {
    code: 'MCT2251',
    slug: 'route-without-backends',
    release: 30,
    notes: 'change-notes',
    severity: 'info',
    title: 'Route without backends answers 404',
    why: 'It answered 500 before, as one whose backends have no weight still does.',
    fix: 'Nothing, unless clients or alerts go by the status.',
    kinds: ['HTTPRoute'],
    find: set =>
      set.of('HTTPRoute').flatMap(object =>
        rulesWithoutBackend(object).map(path => ({
          object,
          path,
          message: 'the rule has no backend and answers 404, not 500.',
        })),
      ),
  },
]
