import {CidrRange, Extension} from './core.js'
import {
  count,
  flag,
  ignored,
  list,
  mapOf,
  message,
  one,
  present,
  type Read,
  type Schema,
  text,
  wrappedFlag,
} from './schema.js'

// type.matcher.v3 and xds.type.matcher.v3: https://www.envoyproxy.io/docs/envoy/latest/api-v3/types/types

export const RegexMatcher = message('type.matcher.v3.RegexMatcher', {
  regex: text,
  googleRe2: ignored('RE2 is the only engine there is'),
})

export const RegexRewrite = message('type.matcher.v3.RegexMatchAndSubstitute', {
  pattern: one(RegexMatcher),
  substitution: text,
})
export type RegexRewrite = NonNullable<typeof RegexRewrite.yields>

export const StringMatcher = message('type.matcher.v3.StringMatcher', {
  exact: text,
  prefix: text,
  suffix: text,
  contains: text,
  safeRegex: one(RegexMatcher),
  ignoreCase: flag,
})
export type StringMatcher = NonNullable<typeof StringMatcher.yields>

export const PathMatcher = message('type.matcher.v3.PathMatcher', {path: one(StringMatcher)})

export const Int64Range = message('type.v3.Int64Range', {start: count, end: count})
export const Int32Range = message('type.v3.Int32Range', {start: count, end: count})

export const HeaderMatcher = message('config.route.v3.HeaderMatcher', {
  name: text,
  exactMatch: text,
  safeRegexMatch: one(RegexMatcher),
  rangeMatch: one(Int64Range),
  presentMatch: wrappedFlag,
  prefixMatch: text,
  suffixMatch: text,
  containsMatch: text,
  stringMatch: one(StringMatcher),
  invertMatch: flag,
  treatMissingHeaderAsEmpty: flag,
})
export type HeaderMatcher = NonNullable<typeof HeaderMatcher.yields>

export const CookieMatcher = message('config.route.v3.CookieMatcher', {
  name: text,
  stringMatch: one(StringMatcher),
  invertMatch: flag,
})
export type CookieMatcher = NonNullable<typeof CookieMatcher.yields>

export const QueryMatcher = message('config.route.v3.QueryParameterMatcher', {
  name: text,
  stringMatch: one(StringMatcher),
  presentMatch: wrappedFlag,
})
export type QueryMatcher = NonNullable<typeof QueryMatcher.yields>

export const DoubleMatcher = message('type.matcher.v3.DoubleMatcher', {
  range: one(message('type.v3.DoubleRange', {start: count, end: count})),
  exact: count,
})

export interface ValueMatcher extends Read {
  readonly nullMatch: boolean
  readonly doubleMatch: NonNullable<typeof DoubleMatcher.yields> | undefined
  readonly stringMatch: StringMatcher | undefined
  readonly boolMatch: boolean | undefined
  readonly presentMatch: boolean | undefined
  readonly listMatch: (Read & {readonly oneOf: ValueMatcher | undefined}) | undefined
  readonly orMatch: (Read & {readonly valueMatchers: readonly ValueMatcher[]}) | undefined
}
export const ValueMatcher: Schema<ValueMatcher> = message('type.matcher.v3.ValueMatcher', {
  nullMatch: present,
  doubleMatch: one(DoubleMatcher),
  stringMatch: one(StringMatcher),
  boolMatch: wrappedFlag,
  presentMatch: wrappedFlag,
  listMatch: one(message('type.matcher.v3.ListMatcher', {oneOf: one(() => ValueMatcher)})),
  orMatch: one(message('type.matcher.v3.OrMatcher', {valueMatchers: list(one(() => ValueMatcher))})),
})

const PathSegment = message('type.matcher.v3.MetadataMatcher.PathSegment', {key: text})

/** A value in metadata (type.metadata.v3.MetadataKey). */
export const MetadataPath = message('type.metadata.v3.MetadataKey', {
  key: text,
  path: list(one(message('type.metadata.v3.MetadataKey.PathSegment', {key: text}))),
})

export const MetadataMatcher = message('type.matcher.v3.MetadataMatcher', {
  filter: text,
  path: list(one(PathSegment)),
  value: one(ValueMatcher),
  invert: flag,
})
export type MetadataMatcher = NonNullable<typeof MetadataMatcher.yields>

export const FilterStateMatcher = message('type.matcher.v3.FilterStateMatcher', {
  key: text,
  stringMatch: one(StringMatcher),
  addressMatch: one(message('type.matcher.v3.AddressMatcher', {ranges: list(one(CidrRange)), invertMatch: flag})),
})
export type FilterStateMatcher = NonNullable<typeof FilterStateMatcher.yields>

// The unified matcher: https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/matching/matching_api

export interface OnMatch extends Read {
  readonly matcher: MatcherTree | undefined
  readonly action: Extension | undefined
  readonly keepMatching: boolean
}
export interface Predicate extends Read {
  readonly singlePredicate:
    | (Read & {
        readonly input: Extension | undefined
        readonly valueMatch: StringMatcher | undefined
        readonly customMatch: Extension | undefined
      })
    | undefined
  readonly orMatcher: (Read & {readonly predicate: readonly Predicate[]}) | undefined
  readonly andMatcher: (Read & {readonly predicate: readonly Predicate[]}) | undefined
  readonly notMatcher: Predicate | undefined
}
export interface MatcherTree extends Read {
  readonly matcherList:
    | (Read & {
        readonly matchers: readonly (Read & {
          readonly predicate: Predicate | undefined
          readonly onMatch: OnMatch | undefined
        })[]
      })
    | undefined
  readonly matcherTree:
    | (Read & {
        readonly input: Extension | undefined
        readonly exactMatchMap: (Read & {readonly map: ReadonlyMap<string, OnMatch>}) | undefined
        readonly prefixMatchMap: (Read & {readonly map: ReadonlyMap<string, OnMatch>}) | undefined
        readonly customMatch: Extension | undefined
      })
    | undefined
  readonly onNoMatch: OnMatch | undefined
}

export const OnMatch: Schema<OnMatch> = message('xds.type.matcher.v3.Matcher.OnMatch', {
  matcher: one(() => MatcherTree),
  action: one(Extension),
  keepMatching: flag,
})
const PredicateList = message('xds.type.matcher.v3.Matcher.PredicateList', {predicate: list(one(() => Predicate))})
export const Predicate: Schema<Predicate> = message('xds.type.matcher.v3.Matcher.Predicate', {
  singlePredicate: one(
    message('xds.type.matcher.v3.Matcher.SinglePredicate', {
      input: one(Extension),
      valueMatch: one(StringMatcher),
      customMatch: one(Extension),
    }),
  ),
  orMatcher: one(PredicateList),
  andMatcher: one(PredicateList),
  notMatcher: one(() => Predicate),
})
const MatchMap = message('xds.type.matcher.v3.Matcher.MatchMap', {map: mapOf(one(OnMatch))})
export const MatcherTree: Schema<MatcherTree> = message('xds.type.matcher.v3.Matcher', {
  matcherList: one(
    message('xds.type.matcher.v3.Matcher.MatcherList', {
      matchers: list(
        one(message('xds.type.matcher.v3.Matcher.FieldMatcher', {predicate: one(Predicate), onMatch: one(OnMatch)})),
      ),
    }),
  ),
  matcherTree: one(
    message('xds.type.matcher.v3.Matcher.MatcherTree', {
      input: one(Extension),
      exactMatchMap: one(MatchMap),
      prefixMatchMap: one(MatchMap),
      customMatch: one(Extension),
    }),
  ),
  onNoMatch: one(OnMatch),
})

export const IpMatcher = message('xds.type.matcher.v3.IPMatcher', {
  rangeMatchers: list(
    one(
      message('xds.type.matcher.v3.IPMatcher.IPRangeMatcher', {
        ranges: list(one(CidrRange)),
        onMatch: one(OnMatch),
        exclusive: flag,
      }),
    ),
  ),
})
export type IpMatcher = NonNullable<typeof IpMatcher.yields>

/** Inputs without fields of their own, by type name. */
const NETWORK = 'extensions.matching.common_inputs.network.v3.'
export const DestinationIpInput = message(`${NETWORK}DestinationIPInput`, {})
export const DestinationPortInput = message(`${NETWORK}DestinationPortInput`, {})
export const SourceIpInput = message(`${NETWORK}SourceIPInput`, {})
export const SourcePortInput = message(`${NETWORK}SourcePortInput`, {})
export const DirectSourceIpInput = message(`${NETWORK}DirectSourceIPInput`, {})
export const SourceTypeInput = message(`${NETWORK}SourceTypeInput`, {})
export const ServerNameInput = message(`${NETWORK}ServerNameInput`, {})
export const TransportProtocolInput = message(`${NETWORK}TransportProtocolInput`, {})
export const ApplicationProtocolInput = message(`${NETWORK}ApplicationProtocolInput`, {})
export const FilterStateInput = message(`${NETWORK}FilterStateInput`, {key: text})
export const NetworkMetadataInput = message(`${NETWORK}DynamicMetadataInput`, {
  filter: text,
  path: list(one(PathSegment)),
})
const SSL = 'extensions.matching.common_inputs.ssl.v3.'
export const UriSanInput = message(`${SSL}UriSanInput`, {})
export const DnsSanInput = message(`${SSL}DnsSanInput`, {})
export const SubjectInput = message(`${SSL}SubjectInput`, {})
export const RequestHeaderInput = message('type.matcher.v3.HttpRequestHeaderMatchInput', {headerName: text})
export const QueryInput = message('type.matcher.v3.HttpRequestQueryParamMatchInput', {queryParam: text})
export const CelDataInput = message('xds.type.matcher.v3.HttpAttributesCelMatchInput', {})
export const StringValue = message('google.protobuf.StringValue', {value: text})

export const UriTemplateMatch = message('extensions.path.match.uri_template.v3.UriTemplateMatchConfig', {
  pathTemplate: text,
})
export const UriTemplateRewrite = message('extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig', {
  pathTemplateRewrite: text,
})
