import {definedFields} from '../../model/collections/defined-fields.js'
import type {TlsHandshake} from '../../model/evidence/tool-output.js'

/** Reads what `openssl s_client` prints (openssl-s_client(1)); undefined for other texts. */
export function parseTlsClient(text: string): TlsHandshake | undefined {
  if (!/^CONNECTED\([0-9A-F]+\)/m.test(text) && !/^SSL handshake has read \d+ bytes/m.test(text)) return undefined
  const first = (pattern: RegExp) => pattern.exec(text)?.[1]?.trim()
  const verify = first(/^[ \t]*Verify return code: \d+ \(([^)]*)\)/m) ?? first(/^verify error:num=\d+:(.*)$/m)
  const certificate = /^Server certificate|^Certificate chain/m.test(text)
  return {
    connected: /^CONNECTED\(/m.test(text),
    certificate,
    wantsClientCertificate:
      /^Acceptable client certificate CA names|alert (?:certificate required|bad certificate|handshake failure)/m.test(
        text,
      ),
    reset: /errno[=:] ?104|Connection reset by peer|read 0 bytes/.test(text),
    plaintext: /wrong version number|unknown protocol/.test(text),
    ...definedFields({
      serverName: first(/-servername[ =](\S+)/) ?? first(/-connect[ =]([\w.-]+):/),
      subject: first(/^subject=(.*)$/m),
      issuer: first(/^issuer=(.*)$/m) ?? first(/^ +i:(.*)$/m),
      verifyError: certificate && verify !== undefined && verify !== 'ok' ? verify : undefined,
      notAfter: first(/^notAfter=(.*)$/m),
    }),
  }
}
