import {definedFields} from '../../model/collections/defined-fields.js'
import {PROXY_CONFIG_ANNOTATION} from '../../model/istio/mesh-keys.js'
import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {WorkloadConfig} from '../../model/istio-config/kubernetes.js'
import type {
  AuthorizationConfig,
  PolicyScope,
  StatusCondition,
  TelemetryConfig,
} from '../../model/istio-config/policy.js'
import type {Labels} from '../../model/kube/selector.js'
import {flagOf, listOf, objectOf, textMapOf, textOf, textsOf} from '../decode.js'
import {parseYamlText} from '../kube-manifest/yaml-text.js'

/** What a policy applies to. */
export function readPolicyScope(object: ConfigObject): PolicyScope {
  const {raw} = object
  const selector = objectOf(raw, 'spec', 'selector')
  const single = objectOf(raw, 'spec', 'targetRef')
  return {
    object,
    ...definedFields({selector: selector === undefined ? undefined : textMapOf(selector, 'matchLabels')}),
    targetRef: single !== undefined,
    targetRefs: [...(single === undefined ? [] : [single]), ...listOf(raw, 'spec', 'targetRefs')].map(each => ({
      kind: textOf(each, 'kind') ?? '',
      name: textOf(each, 'name') ?? '',
      group: textOf(each, 'group') ?? '',
    })),
  }
}

/** An AuthorizationPolicy (security.istio.io). */
export function readAuthorizationConfig(object: ConfigObject): AuthorizationConfig {
  const namespaces = listOf(object.raw, 'spec', 'rules').flatMap((rule, ruleIndex) =>
    listOf(rule, 'from').flatMap((from, fromIndex) => {
      const path = `spec.rules[${ruleIndex}].from[${fromIndex}].source`
      return [
        {values: textsOf(from, 'source', 'namespaces'), negated: false, path: `${path}.namespaces`},
        {values: textsOf(from, 'source', 'notNamespaces'), negated: true, path: `${path}.notNamespaces`},
      ]
    }),
  )
  return {...readPolicyScope(object), action: textOf(object.raw, 'spec', 'action') ?? 'ALLOW', namespaces}
}

/** A Telemetry (telemetry.istio.io). */
export function readTelemetryConfig(object: ConfigObject): TelemetryConfig {
  const {raw} = object
  return {
    ...readPolicyScope(object),
    accessLogging: listOf(raw, 'spec', 'accessLogging').map((each, index) => ({
      providers: listOf(each, 'providers').map(provider => textOf(provider, 'name') ?? ''),
      disabled: flagOf(each, 'disabled') ?? false,
      path: `spec.accessLogging[${index}]`,
      ...definedFields({expression: textOf(each, 'filter', 'expression')}),
    })),
    tracingProviders: listOf(raw, 'spec', 'tracing').flatMap((each, index) =>
      listOf(each, 'providers').map((provider, number) => ({
        name: textOf(provider, 'name') ?? '',
        path: `spec.tracing[${index}].providers[${number}].name`,
      })),
    ),
  }
}

/** The conditions in a part of an object's status, at that path. */
export function readConditions(part: unknown, path: string): readonly StatusCondition[] {
  return listOf(part, 'conditions').map((each, index) => ({
    type: textOf(each, 'type') ?? '',
    status: textOf(each, 'status') ?? '',
    reason: textOf(each, 'reason') ?? '',
    message: textOf(each, 'message') ?? '',
    path: `${path}.conditions[${index}]`,
  }))
}

/** The types of proxy images that ProxyConfigs and annotations set. */
export interface ProxyImageTypes {
  readonly resources: readonly {
    readonly namespace: string
    readonly selector?: Labels
    readonly imageType: string
  }[]
  readonly byPod: ReadonlyMap<WorkloadConfig, string>
}

/** Reads the image types of ProxyConfigs (networking.istio.io) and of the annotation proxy.istio.io/config. */
export function readProxyImageTypes(
  configs: readonly ConfigObject[],
  workloads: readonly WorkloadConfig[],
): ProxyImageTypes {
  const annotated = workloads.flatMap(each => {
    const text = each.annotations[PROXY_CONFIG_ANNOTATION]
    const type = text === undefined ? undefined : textOf(parseYamlText(text), 'image', 'imageType')
    return type === undefined ? [] : [[each, type] as const]
  })
  return {
    resources: configs.flatMap(({raw, ref}) => {
      const imageType = textOf(raw, 'spec', 'image', 'imageType')
      const selector = objectOf(raw, 'spec', 'selector')
      if (imageType === undefined) return []
      const labels = selector === undefined ? {} : {selector: textMapOf(selector, 'matchLabels')}
      return [{namespace: ref.namespace, ...labels, imageType}]
    }),
    byPod: new Map(annotated),
  }
}
