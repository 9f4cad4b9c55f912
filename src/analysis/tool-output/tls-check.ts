import {own} from '../../model/collections/own.js'
import type {TlsCheckRow} from '../../model/evidence/debug-page.js'
import {grouped} from './grouped.js'

/** What a server accepts, in the words of 1.0 to 1.4 and those of 1.5. */
const SERVER: Readonly<Record<string, string>> = {
  HTTP: 'accepts plaintext only',
  DISABLE: 'accepts plaintext only',
  mTLS: 'accepts mTLS only',
  STRICT: 'accepts mTLS only',
  'HTTP/mTLS': 'accepts mTLS and plaintext',
  PERMISSIVE: 'accepts mTLS and plaintext',
}
const CLIENT: Readonly<Record<string, string>> = {
  HTTP: 'plaintext',
  DISABLE: 'plaintext',
  mTLS: 'mTLS',
  ISTIO_MUTUAL: 'mTLS (ISTIO_MUTUAL)',
  MUTUAL: 'mTLS with certificates of its own (MUTUAL)',
  TLS: 'TLS without a client certificate',
  SIMPLE: 'TLS without a client certificate (SIMPLE)',
}

function sentence({host, server, client, policy, rule}: TlsCheckRow): string {
  const accepts = own(SERVER, server) ?? `has the mode ${server}`
  return `${host}: clients send ${own(CLIENT, client) ?? client} (DestinationRule ${rule}) and the server ${accepts} (policy ${policy}): requests fail with 503, unless the tool is wrong about the server`
}

/** What the table of `istioctl authn tls-check` says. */
export function tlsCheckFindings(rows: readonly TlsCheckRow[]): readonly string[] {
  const conflicts = rows.filter(({status}) => status === 'CONFLICT')
  if (conflicts.length === 0) return [`none of ${rows.length} rows is a conflict between client and server`]
  return [
    ...grouped(conflicts.map(sentence), 'conflicts'),
    'tls-check compares settings alone: it does not know which servers have no sidecar, and from Istio 1.5 on does not read PeerAuthentication; for those rows trust the policies',
  ]
}
