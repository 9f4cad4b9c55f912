import type {RbacRule} from '../formats/kube/rbac.js'
import {definedFields} from '../model/collections/defined-fields.js'
import {ApiFailure} from './status.js'

/** What a request wants to do, as an API server's authorizer sees it. */
export interface RequestAttributes {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly subresource?: string | undefined
  /** Undefined: at the cluster scope. */
  readonly namespace?: string | undefined
  readonly name?: string | undefined
}

/** The user of every request. */
const SERVED_USER = 'meshctl'

function covers(granted: readonly string[], wanted: string): boolean {
  return granted.includes('*') || granted.includes(wanted)
}

/** `pods/exec`, any `exec` or `*` (RBAC, ResourceMatches). */
function coversResource(granted: readonly string[], resource: string, subresource: string | undefined): boolean {
  const whole = subresource === undefined || subresource === '' ? resource : `${resource}/${subresource}`
  if (covers(granted, whole)) return true
  return whole !== resource && granted.includes(`*/${subresource}`)
}

/** True when a rule grants the request (Kubernetes pkg/registry/rbac/validation, RuleAllows). */
export function isGranted(rules: readonly RbacRule[], request: RequestAttributes): boolean {
  const {verb, group, resource, subresource, namespace, name = ''} = request
  return rules.some(
    rule =>
      (rule.namespace === undefined || rule.namespace === namespace) &&
      covers(rule.verbs, verb) &&
      covers(rule.apiGroups, group) &&
      coversResource(rule.resources, resource, subresource) &&
      (rule.resourceNames.length === 0 || rule.resourceNames.includes(name)),
  )
}

/** The 403 of a request that is not granted, in the words of an API server (apiserver responsewriters, forbiddenMessage). */
export function forbidden({verb, group, resource, subresource, namespace, name}: RequestAttributes): ApiFailure {
  const whole = subresource === undefined || subresource === '' ? resource : `${resource}/${subresource}`
  const qualified = group === '' ? resource : `${resource}.${group}`
  const where = namespace === undefined || namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`
  const which = name === undefined || name === '' ? qualified : `${qualified} "${name}"`
  const message = `${which} is forbidden: User "${SERVED_USER}" cannot ${verb} resource "${whole}" in API group "${group}" ${where}`
  return new ApiFailure(403, 'Forbidden', message, {
    ...definedFields({name, group: group === '' ? undefined : group}),
    kind: resource,
  })
}
