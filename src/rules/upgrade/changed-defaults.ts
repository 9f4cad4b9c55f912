import {isSet, istiods} from './istiod.js'
import {type Notes, noted, notesPage, passes, type UpgradeRule} from './upgrade-rule.js'

/** A default of istiod that a release changed for the whole mesh, with the variable that keeps the old one. */
interface ChangedDefault {
  readonly release: number
  readonly variable: string
  readonly keep: string
  readonly effect: string
  readonly notes: Notes
}

function row(release: number, variable: string, keep: string, effect: string, notes: Notes = 'upgrade-notes') {
  return {release, variable, keep, effect, notes}
}

/** Defaults of istiod by the release that changed them. */
export const CHANGED_DEFAULTS: readonly ChangedDefault[] = [
  row(
    24,
    'ENABLE_INBOUND_RETRY_POLICY',
    'false',
    'sidecars retry inbound requests that the application reset unseen',
    'change-notes',
  ),
  row(
    24,
    'EXCLUDE_UNSAFE_503_FROM_DEFAULT_RETRY',
    'false',
    'the default retry policy no longer retries every 503',
    'change-notes',
  ),
  row(
    24,
    'PILOT_UNIFIED_SIDECAR_SCOPE',
    'false',
    'of several services with one hostname, that of the namespace of the proxy is taken, then the Kubernetes Service',
  ),
  row(27, 'ENABLE_NATIVE_SIDECARS', 'false', 'pods injected from then on have istio-proxy as an init container'),
  row(
    28,
    'MAX_CONNECTIONS_PER_SOCKET_EVENT_LOOP',
    '0',
    'listeners that bind to ports accept one connection per socket event',
    'change-notes',
  ),
  row(
    28,
    'PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY',
    'false',
    'gateways make a span of their own for each upstream request',
    'change-notes',
  ),
  row(
    29,
    'DISABLE_TRACK_REMAINING_CB_METRICS',
    'false',
    'the metrics of remaining circuit breaker capacity are removed',
  ),
  row(
    29,
    'ENABLE_DEBUG_ENDPOINT_AUTH',
    'false',
    'debug pages of istiod are closed to other namespaces (Kiali, own tools)',
  ),
  row(
    30,
    'PILOT_SIDECAR_PICK_BEST_SERVICE_NAMESPACE',
    'false',
    'of one hostname in several namespaces, the Kubernetes Service is taken, then the oldest',
  ),
  row(
    31,
    'PILOT_AUTO_SEND_UNHEALTHY_ENDPOINTS',
    'false',
    'proxies get unhealthy endpoints too, unless outlierDetection has minHealthPercent',
  ),
  row(31, 'ENABLE_XDS_API_GENERATOR_AUTH', 'false', 'MCP consumers in other namespaces are rejected'),
]

/** Defaults that change for every workload, said once for each istiod that does not set the variable. */
export const changedDefaults: UpgradeRule = {
  code: 'MCT2204',
  slug: 'istiod-default-changed',
  aliases: [],
  severity: 'info',
  title: 'Default of istiod changes for the whole mesh',
  why: 'Istiod takes the new default where its variable is not set.',
  fix: 'Test with the new default, or set the variable of istiod to the value in the message (compatibilityVersion does the same for a while).',
  references: [...new Set(CHANGED_DEFAULTS.map(({release, notes}) => notesPage(release, notes)))],
  kinds: ['Deployment'],
  check: set =>
    CHANGED_DEFAULTS.filter(({release, variable}) => passes(set, release) && !isSet(set, variable)).flatMap(
      ({release, variable, keep, effect, notes}) =>
        istiods(set).map(object => ({
          object,
          path: 'spec.template.spec.containers',
          message: `From 1.${release} on: ${effect}; ${variable}=${keep} keeps the current behaviour.`,
          proof: noted(release, notes),
        })),
    ),
}
