import {
  type Authorization,
  type AuthorizationAction,
  type AuthorizationOperation,
  type AuthorizationSource,
  OPERATION_FIELDS,
  type PolicyTarget,
  SOURCE_FIELDS,
  type ValuePair,
} from '../../model/istio/authorization.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {objectRefOf} from '../../model/kube/pod.js'
import {parseGoBool} from '../../model/text/go-boolean.js'
import {at, field, listOf, objectOf, textMapOf, textOf, textsOf} from '../decode.js'

const ACTIONS: readonly AuthorizationAction[] = ['ALLOW', 'DENY', 'AUDIT', 'CUSTOM']

function notName(name: string): string {
  return `not${name.charAt(0).toUpperCase()}${name.slice(1)}`
}

function pairsIn<F extends string>(value: unknown, fields: readonly F[]): Readonly<Partial<Record<F, ValuePair>>> {
  const found = fields.flatMap(name => {
    const pair = {values: textsOf(value, name), notValues: textsOf(value, notName(name))}
    return pair.values.length + pair.notValues.length === 0 ? [] : [[name, pair] as const]
  })
  return Object.fromEntries(found) as Readonly<Partial<Record<F, ValuePair>>>
}

/** What the targetRef or targetRefs of a policy name. */
export function policyTargets(object: KubeObject): readonly PolicyTarget[] {
  const one = objectOf(object, 'spec', 'targetRef')
  return [...(one === undefined ? [] : [one]), ...listOf(object, 'spec', 'targetRefs')].map(each => ({
    kind: textOf(each, 'kind') ?? '',
    name: textOf(each, 'name') ?? '',
    namespace: textOf(each, 'namespace') ?? object.metadata.namespace ?? 'default',
  }))
}

/** Whether an AuthorizationPolicy only logs what it would do (istio.io, "Resource Annotations", istio.io/dry-run). */
export function isDryRun({metadata}: KubeObject): boolean {
  return parseGoBool(metadata.annotations?.['istio.io/dry-run'])
}

/** An AuthorizationPolicy object (security.istio.io) in full. */
export function readAuthorization(object: KubeObject): Authorization {
  const selector = textMapOf(object, 'spec', 'selector', 'matchLabels')
  const action = textOf(object, 'spec', 'action')
  return {
    object: objectRefOf(object),
    createdAt: textOf(object, 'metadata', 'creationTimestamp') ?? '',
    selector: Object.keys(selector).length === 0 ? undefined : selector,
    ...(Object.keys(selector).length === 0 && objectOf(object, 'spec', 'selector') !== undefined
      ? {emptySelector: true}
      : {}),
    targets: policyTargets(object),
    action: ACTIONS.find(each => each === action) ?? 'ALLOW',
    provider: textOf(object, 'spec', 'provider', 'name') ?? '',
    dryRun: isDryRun(object),
    rules: listOf(object, 'spec', 'rules').map(rule => ({
      from: listOf(rule, 'from').map((each): AuthorizationSource => pairsIn(field(each, 'source'), SOURCE_FIELDS)),
      to: listOf(rule, 'to').map((each): AuthorizationOperation => pairsIn(at(each, 'operation'), OPERATION_FIELDS)),
      when: listOf(rule, 'when').map(each => ({
        key: textOf(each, 'key') ?? '',
        values: textsOf(each, 'values'),
        notValues: textsOf(each, 'notValues'),
      })),
    })),
  }
}
