import {PROXY_CONFIG_ANNOTATION} from '../../model/istio/mesh-keys.js'
import type {ConfigObject} from '../../model/istio-config/config-object.js'
import {pathSteps} from '../../model/text/object-path.js'
import {at, listOf, objectOf, textMapOf, textOf} from '../decode.js'
import {parseYamlText} from '../kube-manifest/yaml-text.js'
import {type PlacedText, textsWithin} from './placed-text.js'

/** Every text in the spec of an object. */
export function specTexts({raw}: ConfigObject): readonly PlacedText[] {
  return textsWithin(at(raw, 'spec'), 'spec')
}

/** An environment variable of a container. */
export interface EnvVariable extends PlacedText {
  readonly name: string
}

/** The environment variables of the containers of a workload's template; one without a literal value has an empty one. */
export function templateEnv({raw}: ConfigObject): readonly EnvVariable[] {
  const place = ['spec', 'template', 'spec', 'containers']
  return listOf(raw, ...place).flatMap((container, index) =>
    listOf(container, 'env').map((each, number) => ({
      name: textOf(each, 'name') ?? '',
      value: textOf(each, 'value') ?? '',
      path: `${place.join('.')}[${index}].env[${number}]`,
    })),
  )
}

/** The variables an object gives to proxies: `environmentVariables` of a ProxyConfig, `proxyMetadata` in the annotation proxy.istio.io/config. */
export function proxyVariables({raw, annotations}: ConfigObject): readonly EnvVariable[] {
  const own = Object.entries(textMapOf(raw, 'spec', 'environmentVariables')).map(([name, value]) => ({
    name,
    value,
    path: `spec.environmentVariables.${name}`,
  }))
  const key = PROXY_CONFIG_ANNOTATION
  const onTemplate = textOf(raw, 'spec', 'template', 'metadata', 'annotations', key)
  const placed = [
    [annotations[key], `metadata.annotations["${key}"]`],
    [onTemplate, `spec.template.metadata.annotations["${key}"]`],
  ] as const
  const annotated = placed.flatMap(([text, path]) =>
    text === undefined
      ? []
      : Object.entries(textMapOf(parseYamlText(text), 'proxyMetadata')).map(([name, value]) => ({name, value, path})),
  )
  return [...own, ...annotated]
}

/** Where an object selects by the label: selectors of Services, workloads, policies and Gateways. */
export function selectorsBy({raw}: ConfigObject, label: string): readonly string[] {
  const places = [
    ['spec', 'selector'],
    ['spec', 'selector', 'matchLabels'],
    ['spec', 'workloadSelector', 'labels'],
    ['spec', 'workloadSelector', 'matchLabels'],
  ]
  return places
    .filter(place => textOf(raw, ...place, label) !== undefined)
    .map(place => `${place.join('.')}["${label}"]`)
}

/** A patch of an EnvoyFilter that adds a filter. */
export interface AddedFilter {
  readonly name: string
  readonly typed: boolean
  readonly path: string
}

const FILTERS = ['HTTP_FILTER', 'NETWORK_FILTER', 'LISTENER_FILTER']
const ADDING = ['ADD', 'INSERT_BEFORE', 'INSERT_AFTER', 'INSERT_FIRST', 'REPLACE']
const TYPED = ['typed_config', 'typedConfig', 'config_discovery', 'configDiscovery']

/** The filters an EnvoyFilter adds, and whether each names the type of its configuration. */
export function addedFilters({raw}: ConfigObject): readonly AddedFilter[] {
  return listOf(raw, 'spec', 'configPatches').flatMap((each, index) => {
    const value = objectOf(each, 'patch', 'value')
    if (value === undefined || !FILTERS.includes(textOf(each, 'applyTo') ?? '')) return []
    if (!ADDING.includes(textOf(each, 'patch', 'operation') ?? '')) return []
    const path = `spec.configPatches[${index}].patch.value`
    return [{name: textOf(value, 'name') ?? '', typed: TYPED.some(key => Object.hasOwn(value, key)), path}]
  })
}

/** A `retryBudget` of a DestinationRule. */
export interface RetryBudgetPlace {
  readonly path: string
  readonly withPercent: boolean
}

/** The retry budgets of a DestinationRule, and whether a subset with a policy of its own hides the one of the rule. */
export function retryBudgets({raw}: ConfigObject): readonly RetryBudgetPlace[] {
  const places = [
    [at(raw, 'spec', 'trafficPolicy'), 'spec.trafficPolicy'] as const,
    ...listOf(raw, 'spec', 'subsets').map(
      (each, index) => [at(each, 'trafficPolicy'), `spec.subsets[${index}].trafficPolicy`] as const,
    ),
  ]
  return places.flatMap(([policy, path]) => {
    const budget = objectOf(policy, 'retryBudget')
    return budget === undefined
      ? []
      : [
          {
            path: `${path}.retryBudget`,
            withPercent: Object.hasOwn(budget, 'percent'),
          },
        ]
  })
}

/** True when a TLS setting of a DestinationRule says how the server is called or that it is not verified. */
export function tlsNames({raw}: ConfigObject, path: string): {readonly sni: boolean; readonly insecure: boolean} {
  let tls: unknown = raw
  for (const step of pathSteps(path)) tls = Array.isArray(tls) ? tls[Number(step)] : at(tls, step)
  return {sni: (textOf(tls, 'sni') ?? '') !== '', insecure: at(tls, 'insecureSkipVerify') === true}
}

/** The places of `targetPort` in the ports of a ServiceEntry. */
export function entryTargetPorts({raw}: ConfigObject): readonly string[] {
  return listOf(raw, 'spec', 'ports').flatMap((port, index) =>
    at(port, 'targetPort') === undefined ? [] : [`spec.ports[${index}].targetPort`],
  )
}

/** The rules of an HTTPRoute that have neither a backend nor a redirect. */
export function rulesWithoutBackend({raw}: ConfigObject): readonly string[] {
  return listOf(raw, 'spec', 'rules').flatMap((rule, index) => {
    const redirects = listOf(rule, 'filters').some(each => textOf(each, 'type') === 'RequestRedirect')
    return listOf(rule, 'backendRefs').length > 0 || redirects ? [] : [`spec.rules[${index}]`]
  })
}

/** The class of a Gateway of the Gateway API, and whether its addresses are named. */
export function gatewayClass({raw}: ConfigObject): {readonly name: string; readonly addressed: boolean} {
  return {name: textOf(raw, 'spec', 'gatewayClassName') ?? '', addressed: listOf(raw, 'spec', 'addresses').length > 0}
}

/** The release of the kubelet of a Node as a minor version of Kubernetes 1.x; undefined when it is unknown. */
export function kubeletMinor({raw}: ConfigObject): number | undefined {
  const match = /^v?1\.(\d+)/.exec(textOf(raw, 'status', 'nodeInfo', 'kubeletVersion') ?? '')
  return match === null ? undefined : Number(match[1])
}

/** True when the sidecar or gateway container of a workload has a CPU limit, and its proxy gets no number of threads. */
export function followsCpuLimit({raw}: ConfigObject): boolean {
  return listOf(raw, 'spec', 'template', 'spec', 'containers').some(each => {
    const args = listOf(each, 'args').map(String)
    const gateway = textOf(each, 'name') === 'istio-proxy' && args.includes('router')
    return gateway && textOf(each, 'resources', 'limits', 'cpu') !== undefined && !args.includes('--concurrency')
  })
}

/** True when a Telemetry names providers for tracing. */
export function tracesAnything({raw}: ConfigObject): boolean {
  return listOf(raw, 'spec', 'tracing').some(each => listOf(each, 'providers').length > 0)
}

/** True when a subset of a DestinationRule has a traffic policy of its own. */
export function subsetsWithPolicy({raw}: ConfigObject): boolean {
  return listOf(raw, 'spec', 'subsets').some(each => objectOf(each, 'trafficPolicy') !== undefined)
}

/** The literal value of an environment variable in the containers of a workload; empty when none sets it. */
export function envValue({raw}: ConfigObject, name: string): string {
  const values = listOf(raw, 'spec', 'template', 'spec', 'containers').flatMap(container =>
    listOf(container, 'env').flatMap(each => (textOf(each, 'name') === name ? (textOf(each, 'value') ?? '') : [])),
  )
  return values.find(value => value !== '') ?? ''
}
