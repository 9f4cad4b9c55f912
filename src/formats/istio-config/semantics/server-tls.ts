import {listOf, textOf, textsOf} from '../../decode.js'
import {type Problem, problemIf} from './problem.js'

/** The fields with files of certificates, which a server has instead of a credential. */
export const CERTIFICATE_FIELDS = ['serverCertificate', 'privateKey', 'caCertificates']

/** What is wrong with the pair of certificate and key, or the list of such pairs. */
function pairProblems(tls: unknown, mode: string, path: string): readonly Problem[] {
  const listed = listOf(tls, 'tlsCertificates')
  const pairs = listed.length > 0 ? listed : [tls]
  const unset = (name: string) => pairs.some(pair => (textOf(pair, name) ?? '') === '')
  return [
    ...problemIf(unset('serverCertificate'), path, `mode ${mode} needs credentialName, or a serverCertificate`),
    ...problemIf(unset('privateKey'), path, `mode ${mode} needs credentialName, or a privateKey`),
  ]
}

function revocationProblems(tls: unknown, mode: string, path: string): readonly Problem[] {
  const set = (name: string) => (textOf(tls, name) ?? '') !== ''
  return [
    ...problemIf(set('caCrl') && set('credentialName'), path, 'the Secret of credentialName holds the list, not caCrl'),
    ...problemIf(set('caCrl') && mode === 'SIMPLE', path, 'mode SIMPLE checks no client, so takes no caCrl'),
  ]
}

/** What istiod's webhook rejects in the TLS settings of a server of a Gateway or an ingress listener of a Sidecar. */
export function serverTlsProblems(tls: unknown, path: string): readonly Problem[] {
  const mode = textOf(tls, 'mode') ?? 'PASSTHROUGH'
  const set = (name: string) => (textOf(tls, name) ?? '') !== ''
  const lists = {credentialNames: textsOf(tls, 'credentialNames'), tlsCertificates: listOf(tls, 'tlsCertificates')}
  const listed = Object.entries(lists).flatMap(([name, list]) => (list.length > 0 ? [name] : []))
  if (mode === 'ISTIO_MUTUAL')
    return [...[...CERTIFICATE_FIELDS, 'credentialName'].filter(set), ...listed].map(name => ({
      path,
      message: `ISTIO_MUTUAL uses the certificates of Istio, not ${name}`,
    }))
  const sources = [
    ...(set('serverCertificate') && set('privateKey') ? ['serverCertificate'] : []),
    ...(set('credentialName') ? ['credentialName'] : []),
    ...listed,
  ]
  const several = problemIf(sources.length > 1, path, `only one of ${sources.join(', ')} can be set`)
  const terminates = ['SIMPLE', 'MUTUAL', 'OPTIONAL_MUTUAL'].includes(mode)
  if (terminates && sources.some(name => name.startsWith('credential'))) return several
  const own = terminates
    ? [
        ...problemIf(mode !== 'SIMPLE' && !set('caCertificates'), path, `mode ${mode} needs caCertificates`),
        ...pairProblems(tls, mode, path),
      ]
    : []
  return [...several, ...own, ...revocationProblems(tls, mode, path)]
}
