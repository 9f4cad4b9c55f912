import type {TlsHandshake} from '../../model/evidence/tool-output.js'

/** The trust domain that istiod uses as organisation of its own root certificate. */
const MESH_ISSUER = /cluster\.local|istio|spiffe/i

/** What a handshake of openssl shows of the server: no certificate, whose certificate, and what it asks of the client. */
export function tlsFindings(handshake: TlsHandshake): readonly string[] {
  const {serverName, certificate, subject = '', issuer = '', verifyError, notAfter, plaintext, reset} = handshake
  const who = serverName === undefined ? 'the server' : `the server for ${serverName}`
  if (plaintext) return [`${who} does not speak TLS on this port: it answered in plaintext (wrong version number)`]
  if (!certificate)
    return [
      `${who} ended the handshake without a certificate${reset ? ' (the connection was reset)' : ''}: on a gateway no server or filter chain has this server name (SNI; openssl sends one only with -servername), or the credential of its Gateway is missing; a sidecar without TLS on the port does the same. meshctl proxy-config listener POD and proxy-config secret POD of the gateway`,
    ]
  const mesh = MESH_ISSUER.test(issuer)
  return [
    `the certificate is of ${subject === '' ? 'no subject (its identity is in the SAN, as in Istio)' : subject}, issued by ${issuer === '' ? 'an unknown CA' : issuer}${mesh ? ": the mesh's own CA, so a sidecar of Istio answered" : ''}`,
    ...(verifyError === undefined
      ? []
      : [
          /expired/.test(verifyError)
            ? `the certificate has expired${notAfter === undefined ? '' : ` (${notAfter})`}: renew the Secret of the gateway, or see why the proxy did not get a new one`
            : `the client does not trust it: ${verifyError}`,
        ]),
    ...(handshake.wantsClientCertificate
      ? ['the server asks for a client certificate (mTLS): a client without sidecar has none, and the handshake fails']
      : []),
  ]
}
