import type {TlsCheckRow} from '../../model/evidence/debug-page.js'
import {unwrapLines} from '../wrapped-text/unwrap.js'

const HEADER = /^HOST:PORT\s+STATUS\s+SERVER\s+CLIENT\s+AUTHN POLICY\s+DESTINATION RULE\s*$/
const ROW = /^(\S+:\d+)\s+(OK|CONFLICT|UNKNOWN|CUSTOM)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)$/

/** Reads the table of `istioctl authn tls-check` (Istio 0.8 to 1.5); empty for other texts. */
export function parseTlsCheck(text: string): readonly TlsCheckRow[] {
  const lines = unwrapLines(text).map(line => line.text.trim())
  const header = lines.findIndex(line => HEADER.test(line))
  if (header < 0) return []
  return lines.slice(header + 1).flatMap(line => {
    const [, host, status = '', server = '', client = '', policy = '', rule = ''] = ROW.exec(line) ?? []
    return host === undefined ? [] : [{host, status, server, client, policy, rule}]
  })
}
