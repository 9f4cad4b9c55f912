import {policiesFor} from '../analysis/authorization/applying.js'
import {listOf, objectOf, textOf} from '../formats/decode.js'
import type {Json} from '../model/envoy/schema.js'
import type {Authorization} from '../model/istio/authorization.js'
import {providerUse} from './authorizers.js'
import {jwtFilter} from './jwt.js'
import {type PolicyFilters, policyFilters} from './rbac/filters.js'
import type {Message} from './rbac/strings.js'
import type {ProxyPlace} from './scope.js'
import type {IstioState} from './state.js'

/** What decides who may ask: filters of policies, and of tokens between them. */
export interface SecurityFilters {
  readonly http: PolicyFilters & {readonly jwt: Message | undefined}
  readonly tcp: PolicyFilters
}

/** A filter that asks an external authorizer; what it answers is not in the configuration. */
function asking(provider: string, tcp: boolean): Message {
  return {
    name: tcp ? 'envoy.filters.network.ext_authz' : 'envoy.filters.http.ext_authz',
    typed_config: {
      '@type': `type.googleapis.com/envoy.extensions.filters.${tcp ? 'network' : 'http'}.ext_authz.v3.ExtAuthz`,
      filter_enabled_metadata: {
        filter: tcp ? 'envoy.filters.network.rbac' : 'envoy.filters.http.rbac',
        path: [{key: 'istio_ext_authz_shadow_effective_policy_id'}],
        value: {string_match: {prefix: `istio-ext-authz-${provider}`}},
      },
    },
  }
}

/** The security filters of one proxy by the objects. */
export function securityFilters(state: IstioState, place: ProxyPlace): SecurityFilters {
  const policies = policiesFor(place, state.authorizations, state.settings.rootNamespace)
  return filtersOf(state, policies, false, jwtFilter(state, place))
}

/** The filters of given policies; behind the HBONE listener of a waypoint the peer is known by filter state alone. */
export function filtersOf(
  state: IstioState,
  policies: readonly Authorization[],
  peerByFilterState: boolean,
  jwt: Message | undefined,
): SecurityFilters {
  const setting = {
    trustDomains: state.settings.trustDomains,
    peerByFilterState,
    use: (provider: string, tcp: boolean) => providerUse(state, provider, tcp),
    extAuthz: asking,
  }
  return {
    http: {...policyFilters(policies, setting, false), jwt},
    tcp: policyFilters(policies, setting, true),
  }
}

const RBAC = ['envoy.filters.http.rbac', 'envoy.filters.network.rbac']
const EXT_AUTHZ = ['envoy.filters.http.ext_authz', 'envoy.filters.network.ext_authz']
const JWT = 'envoy.filters.http.jwt_authn'
const POLICY_KEY = /^(istio-ext-authz-.*)?ns\[[^\]]*\]-policy\[/

/** Filters before which policies stand. */
const BEHIND_POLICIES = [
  'envoy.filters.http.grpc_stats',
  'istio.stats',
  'envoy.filters.http.fault',
  'envoy.filters.http.cors',
  'envoy.filters.http.router',
  'envoy.filters.network.tcp_proxy',
  'envoy.filters.network.http_connection_manager',
]

function policyKeys(filter: Message): readonly string[] {
  const config = objectOf(filter, 'typed_config')
  return ['rules', 'shadow_rules'].flatMap(list => Object.keys(objectOf(config, list, 'policies') ?? {}))
}

/** Whether istiod made the filter of an AuthorizationPolicy or RequestAuthentication. */
function isSecurity(filter: Message): boolean {
  const name = textOf(filter, 'name') ?? ''
  if (RBAC.includes(name)) {
    const keys = policyKeys(filter)
    return keys.length === 0 || keys.some(each => POLICY_KEY.test(each))
  }
  const asks = textOf(filter, 'typed_config', 'filter_enabled_metadata', 'value', 'string_match', 'prefix') ?? ''
  return name === JWT || (EXT_AUTHZ.includes(name) && asks.startsWith('istio-ext-authz-'))
}

function replaced(filters: readonly Message[], wanted: readonly Message[]): readonly Message[] {
  const first = filters.findIndex(isSecurity)
  const kept = filters.filter(each => !isSecurity(each))
  const behind = kept.findIndex(each => BEHIND_POLICIES.includes(textOf(each, 'name') ?? ''))
  const at = first >= 0 ? Math.min(first, behind < 0 ? kept.length : behind) : behind < 0 ? kept.length : behind
  return [...kept.slice(0, at), ...wanted, ...kept.slice(at)]
}

const MANAGER = 'envoy.filters.network.http_connection_manager'

/** The network filters of a chain with other security filters in the place of those istiod made. */
export function withSecurity(filters: readonly Message[], {http, tcp}: SecurityFilters): readonly Message[] {
  if (!filters.some(each => each.name === MANAGER)) return replaced(filters, [...tcp.custom, ...tcp.others])
  const wanted = [...http.custom, ...(http.jwt === undefined ? [] : [http.jwt]), ...http.others]
  return filters.map((each): Message => {
    if (each.name !== MANAGER) return each
    const config = objectOf(each, 'typed_config') ?? {}
    const inner = listOf(config, 'http_filters') as readonly Message[]
    return {...each, typed_config: {...(config as Message), http_filters: replaced(inner, wanted) as Json}}
  })
}
