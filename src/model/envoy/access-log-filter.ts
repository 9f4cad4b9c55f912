import {RuntimeNumber} from './core.js'
import {HeaderMatcher} from './matching.js'
import {list, message, one, present, type Read, type Schema, text} from './schema.js'

// config.accesslog.v3.AccessLogFilter: https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/accesslog/v3/accesslog.proto

const AL = 'config.accesslog.v3.'

const StatusCodeFilter = message(`${AL}StatusCodeFilter`, {
  comparison: one(message(`${AL}ComparisonFilter`, {op: text, value: one(RuntimeNumber)})),
})
const HeaderFilter = message(`${AL}HeaderFilter`, {header: one(HeaderMatcher)})
const ResponseFlagFilter = message(`${AL}ResponseFlagFilter`, {flags: list(text)})

interface FilterSet extends Read {
  readonly filters: readonly AccessLogFilter[]
}

/** A condition on a request and its answer, as access logs and local replies have it. */
export interface AccessLogFilter extends Read {
  readonly statusCodeFilter: NonNullable<typeof StatusCodeFilter.yields> | undefined
  readonly notHealthCheckFilter: boolean
  readonly andFilter: FilterSet | undefined
  readonly orFilter: FilterSet | undefined
  readonly headerFilter: NonNullable<typeof HeaderFilter.yields> | undefined
  readonly responseFlagFilter: NonNullable<typeof ResponseFlagFilter.yields> | undefined
}
const AndFilter: Schema<FilterSet> = message(`${AL}AndFilter`, {filters: list(one(() => AccessLogFilter))})
const OrFilter: Schema<FilterSet> = message(`${AL}OrFilter`, {filters: list(one(() => AccessLogFilter))})
export const AccessLogFilter: Schema<AccessLogFilter> = message(`${AL}AccessLogFilter`, {
  statusCodeFilter: one(StatusCodeFilter),
  notHealthCheckFilter: present,
  andFilter: one(() => AndFilter),
  orFilter: one(() => OrFilter),
  headerFilter: one(HeaderFilter),
  responseFlagFilter: one(ResponseFlagFilter),
})
