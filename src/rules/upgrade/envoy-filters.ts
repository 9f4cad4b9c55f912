import {addedFilters, specTexts} from '../../formats/istio-config/upgrade.js'
import type {EnvoyFilterConfig} from '../../model/istio-config/traffic.js'
import {BadPattern, partialMatch} from '../../model/text/linear-regex.js'
import type {ConfigSet} from '../config/config-set.js'
import {oldNameFindings} from '../config/old-name-findings.js'
import {againstRunning, LAST_RELEASE, type Row, type UpgradeRule} from './upgrade-rule.js'

/** Network filters that Istio 1.20 removed from its Envoy. */
const REMOVED_FILTERS = ['forward_downstream_sni', 'tcp_cluster_rewrite', 'sni_verifier']

/** Texts with a name in the spec of objects of the kinds. */
function naming(set: ConfigSet, kinds: readonly string[], names: readonly string[]) {
  return kinds
    .flatMap(kind => set.of(kind))
    .flatMap(object =>
      specTexts(object).flatMap(({value, path}) => {
        const name = names.find(each => value.includes(each))
        return name === undefined ? [] : [{object, path, name}]
      }),
    )
}

/** What releases changed for EnvoyFilters, WasmPlugins and the expressions of Telemetry. */
export const ENVOY_FILTER_ROWS: readonly Row[] = [
  {
    code: 'MCT2220',
    slug: 'filter-name-not-canonical',
    release: 19,
    notes: 'upgrade-notes',
    severity: 'error',
    title: 'EnvoyFilter matches by a removed filter name',
    why: 'The patch finds nothing after the upgrade.',
    fix: 'Use the canonical name in the message.',
    kinds: ['EnvoyFilter'],
    find: set =>
      oldNameFindings(
        set,
        type => `the type ${type} is of version 2 of the API and rejected.`,
        (name, instead) => `no filter is named ${name}; use ${instead}.`,
      ),
  },
  {
    code: 'MCT2221',
    slug: 'filter-without-type',
    release: 19,
    notes: 'upgrade-notes',
    severity: 'error',
    title: 'EnvoyFilter adds a filter without typed_config',
    why: 'Envoy no longer looks up an extension by its name.',
    fix: 'Add typed_config with the @type of the filter.',
    kinds: ['EnvoyFilter'],
    find: set =>
      set.of('EnvoyFilter').flatMap(object =>
        addedFilters(object)
          .filter(({typed}) => !typed)
          .map(({name, path}) => ({object, path, message: `the filter ${name} has no typed_config and is rejected.`})),
      ),
  },
  {
    code: 'MCT2222',
    slug: 'filter-removed',
    release: 20,
    notes: 'change-notes',
    severity: 'error',
    title: 'EnvoyFilter names a filter Istio removed',
    why: 'The Envoy of the target does not contain it, so the listener is rejected.',
    fix: 'Use a Wasm filter instead.',
    kinds: ['EnvoyFilter'],
    find: set =>
      naming(set, ['EnvoyFilter'], REMOVED_FILTERS).map(({object, path, name}) => ({
        object,
        path,
        message: `the network filter ${name} is no longer part of Envoy.`,
      })),
  },
  {
    code: 'MCT2223',
    slug: 'filter-order-changed',
    release: 20,
    notes: 'upgrade-notes',
    severity: 'info',
    title: 'Order of network filters changes',
    why: "A filter inserted next to one of Istio's may run in another position than before.",
    fix: 'Compare the order with meshctl proxy-config listener -o json after the upgrade of one workload.',
    kinds: ['EnvoyFilter'],
    find: set =>
      set.envoyFilters().flatMap(({object, patches}) =>
        patches
          .filter(({applyTo, operation}) => applyTo === 'NETWORK_FILTER' && /^INSERT_(BEFORE|AFTER)$/.test(operation))
          .map(({path}) => ({
            object,
            path,
            message:
              'metadata exchange runs before authentication inbound, and statistics after authorization at gateways.',
          })),
      ),
  },
  {
    code: 'MCT2224',
    slug: 'istio-authn-metadata',
    release: 21,
    notes: 'change-notes',
    severity: 'error',
    title: 'Metadata istio_authn is removed',
    why: "Claims of tokens are in the metadata of Envoy's own JWT filter.",
    fix: 'Read envoy.filters.http.jwt_authn (payload) instead.',
    kinds: ['EnvoyFilter', 'WasmPlugin', 'Telemetry'],
    find: set =>
      naming(set, ['EnvoyFilter', 'WasmPlugin', 'Telemetry'], ['istio_authn']).map(({object, path}) => ({
        object,
        path,
        message: 'the dynamic metadata istio_authn is no longer written.',
      })),
  },
  {
    code: 'MCT2225',
    slug: 'peer-attributes-renamed',
    release: 24,
    notes: 'upgrade-notes',
    severity: 'warning',
    title: 'Peer attributes have other names',
    why: 'Expressions over the old names have no value, so conditions fail and labels are empty.',
    fix: 'Use filter_state.downstream_peer and filter_state.upstream_peer.',
    kinds: ['EnvoyFilter', 'WasmPlugin', 'Telemetry'],
    find: set =>
      naming(set, ['EnvoyFilter', 'WasmPlugin', 'Telemetry'], ['wasm.downstream_peer', 'wasm.upstream_peer']).map(
        ({object, path, name}) => ({object, path, message: `${name} is replaced by ${name.replace('wasm.', '')}.`}),
      ),
  },
]

/** Patch releases that are tried. */
const PATCHES = Array.from({length: 16}, (_, patch) => patch)

/** True when the pattern of `match.proxy.proxyVersion` takes proxies of the release; undefined for a pattern Envoy does not take. */
function takes(pattern: string, minor: number): boolean | undefined {
  try {
    return PATCHES.some(patch => partialMatch(pattern, `1.${minor}.${patch}`))
  } catch (error) {
    if (error instanceof BadPattern) return undefined
    throw error
  }
}

function losing({patches}: EnvoyFilterConfig, from: number, to: number) {
  return patches.filter(
    ({proxyVersion}) => proxyVersion !== '' && takes(proxyVersion, from) === true && takes(proxyVersion, to) === false,
  )
}

/** EnvoyFilters that are bound to the running release. */
export const filterForRunningRelease: UpgradeRule = {
  code: 'MCT2226',
  slug: 'filter-for-running-release',
  aliases: [],
  severity: 'warning',
  title: 'EnvoyFilter is bound to the running release',
  why: 'Its proxyVersion matches proxies of the running release and none of the target, so it silently stops applying.',
  fix: 'Add a patch for the target, or widen proxyVersion.',
  references: ['https://istio.io/latest/docs/reference/config/networking/envoy-filter/#EnvoyFilter-ProxyMatch'],
  kinds: ['EnvoyFilter'],
  check: set => {
    const filters = set.envoyFilters()
    return againstRunning(
      set,
      filters.map(({object}) => object),
      (from, to) =>
        filters.flatMap(filter =>
          losing(filter, from, Math.min(to, LAST_RELEASE)).map(({path, proxyVersion}) => ({
            object: filter.object,
            path: `${path}.match.proxy.proxyVersion`,
            message: `proxyVersion ${proxyVersion} matches proxies of 1.${from}, and none of 1.${to}.`,
          })),
        ),
    )
  },
}
