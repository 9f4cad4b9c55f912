import type {Vocabulary} from './entry.js'

const PAGE = 'https://istio.io/latest/docs/ops/common-problems/network-issues/#503-error-while-accessing-tls-services'
const BORING = 'https://commondatastorage.googleapis.com/chromium-boringssl-docs/ssl.h.html'
const X509 = 'https://pkg.go.dev/crypto/x509'

/** TLS errors by the words of BoringSSL (Envoy), rustls (ztunnel) and Go (istiod, pilot-agent). */
export const TLS_ERRORS: Vocabulary = {
  WRONG_VERSION_NUMBER: [
    'The peer answered without TLS: this side started a TLS handshake and the server speaks plaintext. It has no sidecar, its port is excluded from capture, or mTLS is DISABLE there, while a DestinationRule (or auto mTLS) makes the client use TLS.',
    'meshctl describe pod POD   # of the server: its sidecar and mTLS mode; then tls.mode in the DestinationRule',
    PAGE,
  ],
  HTTP_REQUEST: [
    'The peer sent a plaintext HTTP request to a TLS port.',
    'Use https in the client, or the plaintext port.',
    BORING,
  ],
  HTTPS_PROXY_REQUEST: [
    'The peer sent a plaintext CONNECT request to a TLS port.',
    'Check the proxy settings of the client.',
    BORING,
  ],
  CERTIFICATE_VERIFY_FAILED: [
    'This side does not trust the certificate of the peer: another root CA, another identity (SAN) than expected, or it has expired.',
    'meshctl proxy-config secret POD   # on both sides: ROOTCA and validity',
    BORING,
  ],
  CERTIFICATE_EXPIRED: ['The certificate has expired.', 'meshctl proxy-config secret POD', BORING],
  SSLV3_ALERT_CERTIFICATE_EXPIRED: [
    'The peer says that the certificate of this side has expired.',
    'meshctl proxy-config secret POD',
    BORING,
  ],
  TLSV1_ALERT_UNKNOWN_CA: [
    'The peer does not trust the CA of this side: the two have different root certificates.',
    'meshctl proxy-config rootca-compare POD OTHER',
    BORING,
  ],
  SSLV3_ALERT_BAD_CERTIFICATE: [
    'The peer rejected the certificate of this side.',
    'meshctl proxy-config secret POD',
    BORING,
  ],
  SSLV3_ALERT_CERTIFICATE_UNKNOWN: [
    'The peer rejected the certificate for a reason it does not name: the client does not trust it (a self-signed or private CA).',
    'Give the client the CA certificate.',
    BORING,
  ],
  SSLV3_ALERT_HANDSHAKE_FAILURE: [
    'The peer refused the handshake: no common cipher or version, or it requires a client certificate.',
    'Compare tls.mode and minProtocolVersion on both sides.',
    BORING,
  ],
  TLSV1_ALERT_INTERNAL_ERROR: [
    'The peer met an error of its own in the handshake; its log names it.',
    'Read the log of the peer.',
    BORING,
  ],
  TLSV1_ALERT_NO_APPLICATION_PROTOCOL: [
    'The peer supports none of the protocols offered in ALPN (HTTP/2, HTTP/1.1, istio): the server on the other side is not what the client expects.',
    'Compare the protocol of the port on both sides.',
    BORING,
  ],
  TLSV1_ALERT_ACCESS_DENIED: [
    'The peer accepted the certificate and refuses this client all the same.',
    'Read the log and the access rules of the peer.',
    BORING,
  ],
  TLSV1_ALERT_DECRYPT_ERROR: [
    'The peer could not verify a signature in the handshake: certificate and private key of this side do not belong together, or the bytes were changed on the way.',
    'meshctl proxy-config secret POD   # and the Secret they come from',
    BORING,
  ],
  UNEXPECTED_MESSAGE: [
    'The peer sent a TLS message that does not belong at this point of the handshake.',
    'Compare TLS versions and settings of both sides; a proxy between may end TLS too.',
    BORING,
  ],
  UNEXPECTED_RECORD: [
    'The peer sent a TLS record that does not belong at this point: often bytes of another protocol.',
    'Compare the protocol of the port on both sides.',
    BORING,
  ],
  KEY_VALUES_MISMATCH: [
    'Certificate and private key do not belong together: the Secret or the files hold those of two certificates.',
    'Create the Secret again from one pair: meshctl proxy-config secret POD',
    BORING,
  ],
  BAD_DECRYPT: [
    'Encrypted bytes could not be decrypted: another key, or they were changed on the way.',
    'Create the Secret again; a private key with a password cannot be used.',
    BORING,
  ],
  EXCESSIVE_MESSAGE_SIZE: [
    'A TLS message is larger than allowed: a very long certificate chain, or bytes of another protocol.',
    'Shorten the chain of certificates.',
    BORING,
  ],
  INVALID_ALPN_PROTOCOL: [
    'The peer chose a protocol in ALPN that was not offered.',
    'Look at the server: its TLS library or a proxy between is at fault.',
    BORING,
  ],
  HANDSHAKE_FAILURE: ['The TLS handshake failed.', 'Compare tls.mode on both sides.', BORING],
  HANDSHAKE_FAILURE_ON_CLIENT_HELLO: [
    'The server accepts none of what the client offered: cipher, version or SNI.',
    'Compare the SNI with the hosts of the server.',
    BORING,
  ],
  TLSV1_ALERT_PROTOCOL_VERSION: [
    'The peer does not support the TLS version offered.',
    'Compare minProtocolVersion on both sides.',
    BORING,
  ],
  UNSUPPORTED_PROTOCOL: [
    'The peer offers only TLS versions that are not allowed here.',
    'Compare minProtocolVersion on both sides.',
    BORING,
  ],
  NO_SHARED_CIPHER: [
    'Client and server have no cipher suite in common.',
    'Compare cipherSuites in the Gateway with the client.',
    BORING,
  ],
  PEER_DID_NOT_RETURN_A_CERTIFICATE: [
    'The client sent no certificate where mTLS is required: it has no sidecar, or a DestinationRule sets TLS mode SIMPLE or DISABLE.',
    'meshctl describe pod POD   # the mTLS mode of the server',
    BORING,
  ],
  TLSV1_CERTIFICATE_REQUIRED: [
    'The server requires a client certificate and got none.',
    'Use ISTIO_MUTUAL or MUTUAL in the DestinationRule.',
    BORING,
  ],
  TLSV1_ALERT_CERTIFICATE_REQUIRED: [
    'The server requires a client certificate and got none.',
    'Use ISTIO_MUTUAL or MUTUAL in the DestinationRule.',
    BORING,
  ],
  TLSV1_UNRECOGNIZED_NAME: [
    'The server does not know the SNI.',
    'Compare the SNI with the hosts of the server.',
    BORING,
  ],
  NO_CERTIFICATE_SET: [
    'This side has no certificate to show: its secret was not delivered.',
    'meshctl proxy-config secret POD',
    BORING,
  ],
  DECRYPTION_FAILED_OR_BAD_RECORD_MAC: [
    'The encrypted data was damaged in transit.',
    'Look at devices between the two sides.',
    BORING,
  ],
  'TLS handshake eof': [
    'The peer closed the connection during the handshake: it does not speak TLS on this port, or it refused.',
    'meshctl describe pod POD   # of the server',
    BORING,
  ],
  InvalidContentType: [
    'The peer answered without TLS (rustls): this side started TLS and the other speaks plaintext.',
    'meshctl describe pod POD   # of the server',
    BORING,
  ],
  'x509: certificate signed by unknown authority': [
    "The CA that signed the certificate is not trusted here: istiod's root CA changed, the caBundle of a webhook is old, or a ConfigMap istio-ca-root-cert is stale.",
    'meshctl proxy-config rootca-compare POD OTHER; for webhooks: meshctl explain MCT1208',
    X509,
  ],
  'x509: certificate has expired or is not yet valid': [
    'The certificate is outside its validity, or a clock is wrong.',
    'meshctl proxy-config secret POD, and compare the clocks of the nodes',
    X509,
  ],
  'x509: certificate is valid for': [
    'The certificate is for other names than the one used to connect.',
    'Compare the host with the names in the certificate.',
    X509,
  ],
  'x509: certificate relies on legacy Common Name field': [
    'The certificate has no subject alternative names, which Go requires.',
    'Issue the certificate with a SAN.',
    X509,
  ],
  'tls: first record does not look like a TLS handshake': [
    'The peer answered without TLS.',
    'Use the plaintext port, or enable TLS on the server.',
    X509,
  ],
}
