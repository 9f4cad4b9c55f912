import {BasicAuth} from '../../../model/envoy/filters.js'
import type {HttpFilter} from '../../../model/envoy/http.js'
import {unpack} from '../../../model/envoy/schema.js'
import {answers, type FilterResult, type HttpState} from '../http/state.js'
import {headerValue} from '../matching/headers.js'
import {known, undecided} from '../undecided.js'

// Basic authentication: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/basic_auth_filter

/** Why the form of the credentials alone is refused; undefined where they have the right form. */
function malformed(credentials: string | undefined): string | undefined {
  if (credentials === undefined) return 'no_credential_for_basic_auth'
  if (!credentials.startsWith('Basic ')) return 'invalid_scheme_for_basic_auth'
  const encoded = credentials.slice('Basic '.length)
  const bytes =
    /^[A-Za-z0-9+/]+={0,2}$/.test(encoded) && encoded.length % 4 === 0 ? Buffer.from(encoded, 'base64') : undefined
  return bytes?.includes(':') === true ? undefined : 'invalid_format_for_basic_auth'
}

/** Refuses requests without credentials of the right form; a dump does not hold the passwords. */
export function runBasicAuth(state: HttpState, filter: HttpFilter): FilterResult {
  const config = unpack(filter.typedConfig, BasicAuth)
  if (config === undefined) return undecided('basic_auth without configuration', filter.at)
  const {authenticationHeader, at} = known(config, 'basic_auth')
  const details = malformed(headerValue(state.headers, authenticationHeader || 'authorization'))
  if (details === undefined) return undecided('the passwords of basic_auth, which are not in the dump', at)
  return answers(state, {
    by: 'basic-auth',
    status: 401,
    flags: [],
    details,
    text: `basic authentication: ${details}`,
    at,
  })
}
