import {CidrRange, Extension} from './core.js'
import {
  FilterStateMatcher,
  HeaderMatcher,
  Int32Range,
  MatcherTree,
  MetadataMatcher,
  PathMatcher,
  StringMatcher,
} from './matching.js'
import {
  count,
  ignored,
  list,
  mapOf,
  message,
  one,
  type Read,
  type Schema,
  struct,
  text,
  WHY,
  wrappedFlag,
} from './schema.js'

// config.rbac.v3: https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/rbac/v3/rbac.proto

interface Permissions extends Read {
  readonly rules: readonly Permission[]
}
export interface Permission extends Read {
  readonly andRules: Permissions | undefined
  readonly orRules: Permissions | undefined
  readonly any: boolean | undefined
  readonly header: HeaderMatcher | undefined
  readonly urlPath: NonNullable<typeof PathMatcher.yields> | undefined
  readonly destinationIp: CidrRange | undefined
  readonly destinationPort: number | undefined
  readonly destinationPortRange: NonNullable<typeof Int32Range.yields> | undefined
  readonly metadata: MetadataMatcher | undefined
  readonly notRule: Permission | undefined
  readonly requestedServerName: StringMatcher | undefined
  readonly uriTemplate: Extension | undefined
  readonly matcher: Extension | undefined
}
const PermissionSet: Schema<Permissions> = message('config.rbac.v3.Permission.Set', {
  rules: list(one(() => Permission)),
})
export const Permission: Schema<Permission> = message('config.rbac.v3.Permission', {
  andRules: one(() => PermissionSet),
  orRules: one(() => PermissionSet),
  any: wrappedFlag,
  header: one(HeaderMatcher),
  urlPath: one(PathMatcher),
  destinationIp: one(CidrRange),
  destinationPort: count,
  destinationPortRange: one(Int32Range),
  metadata: one(MetadataMatcher),
  notRule: one(() => Permission),
  requestedServerName: one(StringMatcher),
  uriTemplate: one(Extension),
  matcher: one(Extension),
})

interface Principals extends Read {
  readonly ids: readonly Principal[]
}
export interface Principal extends Read {
  readonly andIds: Principals | undefined
  readonly orIds: Principals | undefined
  readonly any: boolean | undefined
  readonly authenticated: (Read & {readonly principalName: StringMatcher | undefined}) | undefined
  readonly sourceIp: CidrRange | undefined
  readonly directRemoteIp: CidrRange | undefined
  readonly remoteIp: CidrRange | undefined
  readonly header: HeaderMatcher | undefined
  readonly urlPath: NonNullable<typeof PathMatcher.yields> | undefined
  readonly metadata: MetadataMatcher | undefined
  readonly filterState: FilterStateMatcher | undefined
  readonly notId: Principal | undefined
}
const PrincipalSet: Schema<Principals> = message('config.rbac.v3.Principal.Set', {ids: list(one(() => Principal))})
export const Principal: Schema<Principal> = message('config.rbac.v3.Principal', {
  andIds: one(() => PrincipalSet),
  orIds: one(() => PrincipalSet),
  any: wrappedFlag,
  authenticated: one(message('config.rbac.v3.Principal.Authenticated', {principalName: one(StringMatcher)})),
  sourceIp: one(CidrRange),
  directRemoteIp: one(CidrRange),
  remoteIp: one(CidrRange),
  header: one(HeaderMatcher),
  urlPath: one(PathMatcher),
  metadata: one(MetadataMatcher),
  filterState: one(FilterStateMatcher),
  notId: one(() => Principal),
})

export const Policy = message('config.rbac.v3.Policy', {
  permissions: list(one(Permission)),
  principals: list(one(Principal)),
  condition: struct,
  checkedCondition: struct,
})
export type Policy = NonNullable<typeof Policy.yields>

export const Rules = message('config.rbac.v3.RBAC', {
  action: text,
  policies: mapOf(one(Policy)),
  auditLoggingOptions: ignored(WHY.logs),
})
export type Rules = NonNullable<typeof Rules.yields>

export const RbacAction = message('config.rbac.v3.Action', {name: text, action: text})

const WHERE = {
  rules: one(Rules),
  rulesStatPrefix: ignored(WHY.stats),
  matcher: one(MatcherTree),
  shadowRules: one(Rules),
  shadowMatcher: one(MatcherTree),
  shadowRulesStatPrefix: text,
}
export const HttpRbac = message('extensions.filters.http.rbac.v3.RBAC', {
  ...WHERE,
  trackPerRuleStats: ignored(WHY.stats),
})
export type HttpRbac = NonNullable<typeof HttpRbac.yields>
export const HttpRbacPerRoute = message('extensions.filters.http.rbac.v3.RBACPerRoute', {rbac: one(HttpRbac)})
export const NetworkRbac = message('extensions.filters.network.rbac.v3.RBAC', {
  ...WHERE,
  statPrefix: ignored(WHY.stats),
  enforcementType: ignored('the first bytes decide, and later ones change nothing that is matched'),
  delayDeny: ignored('says when a denied connection is closed'),
})
export type NetworkRbac = NonNullable<typeof NetworkRbac.yields>
