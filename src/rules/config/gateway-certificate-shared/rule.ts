import {selectorMatches} from '../../../analysis/istio-config/label-selection.js'
import {groupedPairs} from '../../../model/collections/grouped-by.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import type {GatewayConfig, ServerTls} from '../../../model/istio-config/traffic.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

function tlsOf({servers}: GatewayConfig): readonly ServerTls[] {
  return servers.flatMap(({tls}) => tls ?? [])
}

/** The certificate that identifies a server's TLS; undefined without one. */
function certificateOf({credentialName, serverCertificate, privateKey}: ServerTls): string | undefined {
  if (credentialName !== '') return `secret ${credentialName}`
  return serverCertificate === '' || privateKey === '' ? undefined : `file ${serverCertificate} ${privateKey}`
}

export const rule: ConfigRule = {
  code: 'MCT2026',
  slug: 'gateway-certificate-shared',
  aliases: ['IST0138'],
  severity: 'warning',
  title: 'Gateways share a certificate',
  why: 'Browsers reuse one HTTP/2 connection for all hosts of a certificate, and the other Gateway answers 404.',
  fix: 'Put the hosts into one Gateway, or use a certificate for each.',
  references: [analysisPage('IST0138')],
  kinds: ['Gateway'],
  check: set => {
    const byCertificate = groupedPairs(
      set.gateways().flatMap(gateway => {
        const names = new Set(tlsOf(gateway).flatMap(tls => certificateOf(tls) ?? []))
        return [...names].map(name => [name, gateway] as const)
      }),
    )
    const found = new Map<string, {readonly object: GatewayConfig['object']; readonly message: string}>()
    for (const [certificate, gateways] of byCertificate) {
      for (const one of gateways) {
        for (const other of gateways) {
          if (one === other || !selectorMatches(one.selector, other.selector)) continue
          const key = `${fullName(one.object)} ${fullName(other.object)}`
          const message = `${fullName(one.object)} and ${fullName(other.object)} use the same certificate (${certificate}) on the same pods.`
          if (!found.has(key)) found.set(key, {object: one.object, message})
        }
      }
    }
    return [...found.values()]
  },
}
