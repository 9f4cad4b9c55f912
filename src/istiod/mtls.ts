import {mtlsMode} from '../analysis/traffic-policy/peer-mode.js'
import {flagOf, textOf, textsOf} from '../formats/decode.js'
import {definedFields} from '../model/collections/defined-fields.js'
import {onceByKey, onceByObject} from '../model/collections/once.js'
import type {Json} from '../model/envoy/schema.js'
import type {MtlsMode} from '../model/istio/istio-policy.js'
import type {Labels} from '../model/kube/selector.js'
import {dropsTls} from './destination-rules.js'
import type {Message} from './rbac/strings.js'
import type {RegisteredEndpoint, RegisteredHost} from './registry.js'
import type {IstioState} from './state.js'

/** The mode a workload's port takes, by every PeerAuthentication. */
export function serverMode(state: IstioState, namespace: string, labels: Labels, port: number): MtlsMode {
  const pod = {object: {kind: 'Pod', namespace, name: ''}, labels}
  return mtlsMode(pod, port, state.peerAuthentications, state.settings.rootNamespace).mode
}

/** The mode clients expect of a Service: that of its namespace, else of the mesh; policies of workloads and ports do not count. */
export function expectedMode(state: IstioState, namespace: string): MtlsMode {
  const wide = state.peerAuthentications.filter(each => each.selector === undefined)
  const pod = {object: {kind: 'Pod', namespace, name: ''}, labels: {}}
  return mtlsMode(pod, -1, wide, state.settings.rootNamespace).mode
}

const CERTIFICATE: Json = [{name: 'default'}]

/** The sockets a client opens TLS by, as far as they matter for the answer. */
export interface ClientSockets {
  readonly transport_socket?: Message
  readonly transport_socket_matches?: readonly Message[]
}

const PLAIN: Message = {
  name: 'envoy.transport_sockets.raw_buffer',
  typed_config: {'@type': 'type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer'},
}

function tlsSocket(body: Message): Message {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
      ...body,
    },
  }
}

function names(sans: readonly string[]): Message {
  return sans.length === 0 ? {} : {default_validation_context: {match_subject_alt_names: sans.map(exact => ({exact}))}}
}

function meshSocket(sni: string, sans: readonly string[]): Message {
  return tlsSocket({
    common_tls_context: {
      alpn_protocols: ['istio'],
      tls_certificate_sds_secret_configs: CERTIFICATE,
      combined_validation_context: {...names(sans), validation_context_sds_secret_config: {name: 'ROOTCA'}},
    },
    sni,
  })
}

/** The names istiod gives to the certificates of a rule: Secrets for credentialName, files otherwise (istio.io, ClientTLSSettings). */
function ownCertificates(settings: unknown): {readonly own: string; readonly root: string} {
  const secret = textOf(settings, 'credentialName') ?? ''
  const name = secret.includes('://') ? secret : `kubernetes://${secret}`
  if (secret !== '') return {own: name, root: `${name}-cacert`}
  const files = `${textOf(settings, 'clientCertificate') ?? ''}~${textOf(settings, 'privateKey') ?? ''}`
  return {own: `file-cert:${files}`, root: `file-root:${textOf(settings, 'caCertificates') ?? 'system'}`}
}

function ownTls(settings: unknown, mode: string): Message {
  const sans = textsOf(settings, 'subjectAltNames')
  const {own, root} = ownCertificates(settings)
  const checks: Message =
    flagOf(settings, 'insecureSkipVerify') === true
      ? {validation_context: {}}
      : {combined_validation_context: {...names(sans), validation_context_sds_secret_config: {name: root}}}
  return tlsSocket({
    common_tls_context: {
      ...(mode === 'MUTUAL' ? {tls_certificate_sds_secret_configs: [{name: own}]} : {}),
      ...checks,
    },
    ...definedFields({sni: textOf(settings, 'sni')}),
  })
}

/** What a cluster is, as far as its TLS goes. */
export interface SocketQuestion {
  readonly host: RegisteredHost
  readonly port: number
  readonly subset: string
  readonly settings: unknown
  /** The cluster passes on to the original destination, so that one socket serves every endpoint. */
  readonly passesOn: boolean
  /** A sidecar reads the Secret of credentialName only for a rule with a workloadSelector. */
  readonly readsSecrets: boolean
  readonly endpoints: readonly RegisteredEndpoint[] | undefined
  readonly trustDomain: string
}

/** The identities of endpoints by trust domain: they are asked for with every pair of a client and an endpoint. */
const knownIdentities = onceByObject((_: readonly RegisteredEndpoint[]) => onceByKey<readonly string[]>())

function identities({endpoints, trustDomain}: SocketQuestion): readonly string[] {
  if (endpoints === undefined) return []
  return knownIdentities(endpoints)(trustDomain, () => identitiesOf(endpoints, trustDomain))
}

function identitiesOf(endpoints: readonly RegisteredEndpoint[], trustDomain: string): readonly string[] {
  const all = endpoints.flatMap(({serviceAccount, namespace}) =>
    serviceAccount === undefined ? [] : [`spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount}`],
  )
  return [...new Set(all)].sort()
}

/** What clients send to a cluster: what its DestinationRule says, else mTLS to every endpoint that takes it (auto mTLS). */
export function clientSockets(state: IstioState, question: SocketQuestion): ClientSockets {
  const {host, port, subset, settings} = question
  const mode = textOf(settings, 'mode')
  const sni = textOf(settings, 'sni') ?? `outbound_.${port}_.${subset}_.${host.host}`
  if (settings !== undefined) {
    if (dropsTls(settings, question.readsSecrets)) return {}
    if (mode === 'SIMPLE' || mode === 'MUTUAL') return {transport_socket: ownTls(settings, mode)}
    if (mode !== 'ISTIO_MUTUAL') return {}
    const sans = textsOf(settings, 'subjectAltNames')
    return {transport_socket: meshSocket(sni, sans.length > 0 ? sans : identities(question))}
  }
  if (!state.settings.enableAutoMtls || host.meshExternal) return {}
  if (expectedMode(state, host.namespace) === 'DISABLE') return {}
  const socket = meshSocket(sni, identities(question))
  if (question.passesOn && host.resolution === 'HEADLESS') {
    const all = question.endpoints ?? []
    return all.length > 0 && all.every(each => each.meshTls) ? {transport_socket: socket} : {}
  }
  return {
    transport_socket_matches: [
      {name: 'tlsMode-istio', match: {tlsMode: 'istio'}, transport_socket: socket},
      {name: 'tlsMode-disabled', match: {}, transport_socket: PLAIN},
    ],
  }
}

/** Whether mTLS is sent to one endpoint of a cluster whose DestinationRule says `settings`. */
export function endpointTakesMtls(state: IstioState, endpoint: RegisteredEndpoint, settings: unknown): boolean {
  if (settings !== undefined) return textOf(settings, 'mode') === 'ISTIO_MUTUAL'
  return endpoint.meshTls && serverMode(state, endpoint.namespace, endpoint.labels, endpoint.port) !== 'DISABLE'
}
