import {flagOf, listOf, textOf, textsOf} from '../formats/decode.js'
import {definedFields} from '../model/collections/defined-fields.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import {matchesLabels, requirementsOf} from '../model/kube/selector.js'
import type {Message} from './rbac/strings.js'
import type {ProxyPlace} from './scope.js'
import {type IstioState, selectorOf} from './state.js'

// RequestAuthentication: https://istio.io/latest/docs/reference/config/security/request_authentication/

function applies(object: KubeObject, {namespace, labels}: ProxyPlace, root: string): boolean {
  const home = object.metadata.namespace ?? 'default'
  if (home !== namespace && home !== root) return false
  const selector = selectorOf(object, 'selector', 'matchLabels')
  const targets = [...listOf(object, 'spec', 'targetRefs'), ...(textOf(object, 'spec', 'targetRef', 'name') ? [0] : [])]
  if (targets.length > 0) {
    const gateway = labels['gateway.networking.k8s.io/gateway-name']
    return gateway !== undefined && listOf(object, 'spec', 'targetRefs').some(each => textOf(each, 'name') === gateway)
  }
  return selector === undefined || matchesLabels(requirementsOf(selector), labels)
}

function provider(rule: unknown): Message {
  const issuer = textOf(rule, 'issuer') ?? ''
  const jwks = textOf(rule, 'jwks')
  const audiences = textsOf(rule, 'audiences')
  const headers = listOf(rule, 'fromHeaders').map(each => ({
    name: textOf(each, 'name') ?? '',
    ...definedFields({value_prefix: textOf(each, 'prefix')}),
  }))
  const params = textsOf(rule, 'fromParams')
  const cookies = textsOf(rule, 'fromCookies')
  return {
    issuer,
    ...definedFields({audiences: audiences.length === 0 ? undefined : audiences}),
    ...(jwks === undefined
      ? {remote_jwks: {http_uri: {uri: textOf(rule, 'jwksUri') ?? `${issuer}/.well-known/jwks.json`, timeout: '5s'}}}
      : {local_jwks: {inline_string: jwks}}),
    ...definedFields({
      forward: flagOf(rule, 'forwardOriginalToken') === true ? true : undefined,
      from_headers: headers.length === 0 ? undefined : headers,
      from_params: params.length === 0 ? undefined : params,
      from_cookies: cookies.length === 0 ? undefined : cookies,
    }),
    payload_in_metadata: 'payload',
  }
}

/** The filter that checks tokens by every RequestAuthentication of a proxy; undefined when none applies. */
export function jwtFilter(state: IstioState, place: ProxyPlace): Message | undefined {
  return jwtFilterOf(
    state.objects('RequestAuthentication').filter(each => applies(each, place, state.settings.rootNamespace)),
  )
}

/** The filter that checks tokens by given RequestAuthentications; undefined without rules. */
export function jwtFilterOf(objects: readonly KubeObject[]): Message | undefined {
  const rules = objects.flatMap(each => listOf(each, 'spec', 'jwtRules'))
  if (rules.length === 0) return undefined
  const names = rules.map((_, i) => `origins-${i}`)
  const optional = (provider_name: string): Message => ({
    requires_any: {requirements: [{provider_name}, {allow_missing: {}}]},
  })
  const [only = ''] = names
  // Any token that one of the issuers takes is enough, and so is none at all (measured on istiod).
  const several: Message = {
    requires_any: {
      requirements: [
        ...names.map((provider_name): Message => ({provider_name})),
        {requires_all: {requirements: names.map(optional)}},
      ],
    },
  }
  const requires: Message = names.length === 1 ? optional(only) : several
  return {
    name: 'envoy.filters.http.jwt_authn',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication',
      providers: Object.fromEntries(rules.map((rule, i) => [names[i] ?? '', provider(rule)])),
      rules: [{match: {prefix: '/'}, requires}],
      bypass_cors_preflight: true,
    },
  }
}
