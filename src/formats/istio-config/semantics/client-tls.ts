import {at, flagOf, objectOf, textOf} from '../../decode.js'
import {type Problem, problemIf} from './problem.js'

const FILES = ['clientCertificate', 'privateKey', 'caCertificates', 'caCrl']
const CONFIG_MAP = 'configmap://'

function configMapProblem(name: string, namespace: string, path: string): readonly Problem[] {
  if (!name.startsWith(CONFIG_MAP)) return []
  const parts = name.slice(CONFIG_MAP.length).split('/')
  if (parts.length !== 2 || parts.includes('')) return [{path, message: `${name} is not ${CONFIG_MAP}NAMESPACE/NAME`}]
  return problemIf(parts[0] !== namespace, path, `the ConfigMap of ${name} must be in namespace ${namespace}`)
}

/** What istiod's webhook rejects in the TLS settings of a DestinationRule in a namespace. */
export function clientTlsProblems(policy: unknown, path: string, namespace: string): readonly Problem[] {
  const tls = objectOf(policy, 'tls')
  if (tls === undefined) return []
  const mode = textOf(tls, 'mode') ?? 'DISABLE'
  const set = (name: string) => (textOf(tls, name) ?? '') !== ''
  const where = `${path}.tls`
  const credential = set('credentialName')
  const verified = [
    ...['caCertificates', ...(mode === 'SIMPLE' ? ['credentialName'] : [])].filter(set),
    ...(at(tls, 'subjectAltNames') === undefined ? [] : ['subjectAltNames']),
  ]
  const own = mode === 'SIMPLE' || mode === 'MUTUAL'
  const shared = [
    ...configMapProblem(textOf(tls, 'credentialName') ?? '', namespace, `${where}.credentialName`),
    ...problemIf(
      own && flagOf(tls, 'insecureSkipVerify') === true && verified.length > 0,
      where,
      `insecureSkipVerify cannot be combined with ${verified.join(', ')}`,
    ),
  ]
  if (own && credential) {
    const files = FILES.filter(set)
    const message = `credentialName cannot be combined with ${files.join(', ')}`
    return [...shared, ...problemIf(files.length > 0, where, message)]
  }
  if (mode !== 'MUTUAL') return shared
  return [
    ...shared,
    ...['clientCertificate', 'privateKey'].flatMap(name =>
      problemIf(!set(name), where, `mode MUTUAL needs ${name}, or credentialName`),
    ),
  ]
}
