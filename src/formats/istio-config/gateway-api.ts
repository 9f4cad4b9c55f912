import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {Labels} from '../../model/kube/selector.js'
import {listOf, numberOf, textMapOf, textOf} from '../decode.js'

/** A reference of a route of the Gateway API. */
export interface RouteReference {
  readonly kind: string
  readonly group: string
  readonly namespace: string
  readonly name: string
  readonly port?: number
  readonly section: string
  readonly path: string
}

function reference(value: unknown, path: string, namespace: string, kind: string, group: string): RouteReference {
  return {
    kind: textOf(value, 'kind') ?? kind,
    group: textOf(value, 'group') ?? group,
    namespace: textOf(value, 'namespace') ?? namespace,
    name: textOf(value, 'name') ?? '',
    port: numberOf(value, 'port'),
    section: textOf(value, 'sectionName') ?? '',
    path,
  }
}

/** The parents of a route: Gateways unless another kind is named (gateway-api.sigs.k8s.io, ParentReference). */
export function parentRefs({raw, ref}: ConfigObject): readonly RouteReference[] {
  return listOf(raw, 'spec', 'parentRefs').map((each, index) =>
    reference(each, `spec.parentRefs[${index}]`, ref.namespace, 'Gateway', 'gateway.networking.k8s.io'),
  )
}

/** The backends of a route: Services unless another kind is named (gateway-api.sigs.k8s.io, BackendRef). */
export function backendRefs({raw, ref}: ConfigObject): readonly RouteReference[] {
  return listOf(raw, 'spec', 'rules').flatMap((rule, ruleIndex) =>
    listOf(rule, 'backendRefs').map((each, index) =>
      reference(each, `spec.rules[${ruleIndex}].backendRefs[${index}]`, ref.namespace, 'Service', ''),
    ),
  )
}

/** A ReferenceGrant: which kinds of which namespaces may refer to what in its namespace. */
export interface Grant {
  readonly namespace: string
  readonly from: readonly {readonly kind: string; readonly namespace: string}[]
  readonly to: readonly {readonly kind: string; readonly name: string}[]
}

/** A ReferenceGrant object (gateway-api.sigs.k8s.io). */
export function readGrant({raw, ref}: ConfigObject): Grant {
  return {
    namespace: ref.namespace,
    from: listOf(raw, 'spec', 'from').map(each => ({
      kind: textOf(each, 'kind') ?? '',
      namespace: textOf(each, 'namespace') ?? '',
    })),
    to: listOf(raw, 'spec', 'to').map(each => ({kind: textOf(each, 'kind') ?? '', name: textOf(each, 'name') ?? ''})),
  }
}

/** The listeners of a Gateway of the Gateway API. */
export function listenersOf({raw}: ConfigObject): readonly {
  readonly name: string
  readonly port: number
  readonly protocol: string
  readonly hostname: string
  readonly path: string
}[] {
  return listOf(raw, 'spec', 'listeners').map((each, index) => ({
    name: textOf(each, 'name') ?? '',
    port: numberOf(each, 'port') ?? 0,
    protocol: textOf(each, 'protocol') ?? '',
    hostname: textOf(each, 'hostname') ?? '',
    path: `spec.listeners[${index}]`,
  }))
}

/** From which namespaces each listener of a Gateway takes routes; `labels` is undefined for a selector with expressions. */
export function admittedFrom({raw}: ConfigObject): readonly {
  readonly name: string
  readonly from: string
  readonly labels?: Labels
}[] {
  return listOf(raw, 'spec', 'listeners').map(each => ({
    name: textOf(each, 'name') ?? '',
    from: textOf(each, 'allowedRoutes', 'namespaces', 'from') ?? 'Same',
    ...(listOf(each, 'allowedRoutes', 'namespaces', 'selector', 'matchExpressions').length > 0
      ? {}
      : {labels: textMapOf(each, 'allowedRoutes', 'namespaces', 'selector', 'matchLabels')}),
  }))
}
