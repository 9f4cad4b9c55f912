import {at, listOf, textOf} from '../decode.js'
import {type ChainCertificate, certificatesIn} from './certificate.js'
import {inlineText, rootCaText} from './secrets.js'

/** What a proxy shows to its peers and which roots it trusts in them, by its secrets `default` and `ROOTCA`. */
export interface MeshChain {
  /** The leaf first. Envoy's /certs page shows nothing of a chain but its leaf. */
  readonly chain: readonly ChainCertificate[]
  readonly trusted: readonly ChainCertificate[]
}

/** The chain and the roots of a SecretsConfigDump; undefined when it has no workload certificate. */
export function meshChain(section: unknown): MeshChain | undefined {
  const own = listOf(section, 'dynamic_active_secrets').find(each => textOf(each, 'name') === 'default')
  const chain = certificatesIn(inlineText(at(own, 'secret', 'tls_certificate', 'certificate_chain')))
  if (chain.length === 0) return undefined
  return {chain, trusted: certificatesIn(rootCaText(section) ?? '')}
}
