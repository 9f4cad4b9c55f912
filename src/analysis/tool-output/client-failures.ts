/** What the exit codes of curl mean in a mesh (curl(1), EXIT CODES; istio.io, "Traffic Management Problems"). */
const CURL: Readonly<Record<number, string>> = {
  6: "the name could not be resolved: DNS does not know it. Hosts of a ServiceEntry are unknown to the cluster's DNS unless the sidecar answers DNS (ISTIO_META_DNS_CAPTURE, explain MCT1313) or the request goes by address with a Host header",
  7: 'the connection was refused. In a pod with a sidecar every outbound connection goes to the proxy on 15001, so the proxy does not listen: it has not started yet (holdApplicationUntilProxyStarts makes the application wait) or has ended. Without a sidecar nothing listens on that address and port',
  28: 'no answer came in time: packets are dropped on the way (NetworkPolicy, firewall, security group, a full queue of connections), or the server is overloaded; a SYN without an answer shows in tcpdump on both sides',
  35: 'the TLS handshake failed: the other side closed it or does not speak TLS. On a gateway no server has this server name (SNI), or its credential is missing: meshctl proxy-config listener and secret of the gateway',
  52: 'the connection was closed without an answer (empty reply): plaintext was sent to a port that accepts only mTLS (STRICT) or TLS, or the server crashed',
  56: 'the connection was reset while receiving: plaintext reached a port that accepts only mTLS (STRICT, and the caller has no sidecar), or the server closed it',
  16: 'the frames of HTTP/2 were not understood: the other side speaks another protocol on this port, or closed the connection within a frame',
  18: 'the connection ended before the whole body was there: the server or a proxy on the way broke off; the access log line of the request has the flag',
  60: "the server's certificate is not trusted: its issuer (CA) is unknown to the client. Certificates of the mesh are signed by istiod and are not meant for clients outside; a gateway needs a certificate of a CA that clients trust",
  92: 'the other side reset the HTTP/2 stream (RST_STREAM) after it had opened it: the server, or a proxy (a gateway, Envoy) whose upstream broke off, timed out or sent an invalid answer. A status shown before was sent before that. The access log line of the request has the response flag: UC, UR, UPE, SI or DT',
}

/** Words of a TLS library that say more than the exit code (OpenSSL, x509_vfy.h and ssl errors; curl, lib/vtls). */
const BY_WORDS: readonly (readonly [words: RegExp, meaning: string])[] = [
  [
    /wrong version number|packet length too long|record layer failure|unexpected message/i,
    'the answer to the TLS handshake was plaintext: the port does not speak TLS (https to an HTTP port), or what a sidecar made of it: a DestinationRule that originates TLS (mode SIMPLE) for requests that are TLS already is TLS twice, and the server answers with an HTTP error that the client takes for TLS',
  ],
  [
    /no alternative certificate subject name|does not match|subject name .{0,40}not match|hostname mismatch/i,
    "the server's certificate is for other names than the one asked (SAN): on a gateway another server or credentialName answers this SNI, as when no host of a Gateway matches and a server for * does, or the certificate lacks the name",
  ],
  [
    /certificate (?:has )?expired|not yet valid/i,
    "the server's certificate is outside its time of validity, or the clock of the client is wrong: meshctl proxy-config secret POD of the gateway has the dates",
  ],
]

/** Why curl or wget failed, by the words of its message where they say more than the exit code; undefined for a code without an entry. */
export function failureOf(code: number, message = ''): string | undefined {
  return BY_WORDS.find(([words]) => words.test(message))?.[1] ?? CURL[code]
}
