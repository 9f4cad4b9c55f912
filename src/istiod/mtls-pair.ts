import {mtlsMode, type PeerMode} from '../analysis/traffic-policy/peer-mode.js'
import {objectOf, textOf} from '../formats/decode.js'
import {own} from '../model/collections/own.js'
import type {PodMode} from '../model/istio/pod-mode.js'
import type {ObjectRef} from '../model/kube/pod.js'
import {objectRefOf} from '../model/kube/pod.js'
import {dropsTls, endpointTls, readsSecrets, ruleFor, type Subset, tlsSettings} from './destination-rules.js'
import {clientSockets, endpointTakesMtls} from './mtls.js'
import type {RegisteredEndpoint, RegisteredHost, RegisteredPort} from './registry.js'
import type {ProxyPlace} from './scope.js'
import type {IstioState} from './state.js'

/** What a client sends to one endpoint. */
export type Sent = 'mTLS' | 'TLS' | 'own mTLS' | 'plaintext' | 'HBONE'

/** What a server takes on a port: the mode of its sidecar or at its ztunnel, or that it has neither. */
export type Taken = 'STRICT' | 'PERMISSIVE' | 'DISABLE' | 'no sidecar' | 'ambient' | 'ambient STRICT'

export type PairStatus = 'OK' | 'PERMISSIVE' | 'PLAINTEXT' | 'CONFLICT' | 'UNKNOWN'

/** The two sides of a connection, by the objects. */
export interface Pair {
  readonly status: PairStatus
  readonly sent: Sent
  readonly taken: Taken
  /** The DestinationRule that decides what is sent; undefined for auto mTLS. */
  readonly rule: ObjectRef | undefined
  /** The PeerAuthentication that decides what is taken. */
  readonly policy: ObjectRef | undefined
  /** What the client will see, or what is worth knowing. */
  readonly because: string
}

/** Who sends: the place of a proxy, an ambient pod through its ztunnel, or a client without either. */
export type Sender = ProxyPlace | 'ambient' | 'no sidecar'

/** The label a sidecar gets that speaks HBONE. */
export const TUNNEL = 'networking.istio.io/tunnel'

/** Whether the pod behind an endpoint takes HBONE: its ztunnel does, or a sidecar that says so by its label. */
function takesHbone({labels}: Pick<RegisteredEndpoint, 'labels'>, mode: PodMode | undefined): boolean {
  return mode === 'ambient' || labels[TUNNEL] === 'http'
}

const PASSES_ON: readonly RegisteredHost['resolution'][] = ['HEADLESS', 'NONE']

const SENT: Readonly<Record<string, Sent>> = {
  SIMPLE: 'TLS',
  MUTUAL: 'own mTLS',
  ISTIO_MUTUAL: 'mTLS',
  DISABLE: 'plaintext',
}

interface Sending {
  readonly sent: Sent
  readonly rule: ObjectRef | undefined
  readonly because: string
}

function sending(
  state: IstioState,
  sender: Sender,
  host: RegisteredHost,
  port: RegisteredPort,
  subset: Subset | undefined,
  endpoint: RegisteredEndpoint,
  mode: PodMode | undefined,
): Sending {
  const hbone = takesHbone(endpoint, mode)
  if (sender === 'ambient')
    return hbone
      ? {sent: 'HBONE', rule: undefined, because: ''}
      : {sent: 'plaintext', rule: undefined, because: 'ztunnel sends HBONE to ambient pods only'}
  if (sender === 'no sidecar') return {sent: 'plaintext', rule: undefined, because: 'the client has no sidecar'}
  // Endpoints that take HBONE are sent it whatever a DestinationRule or PeerAuthentication says; a cluster that passes on to the
  // original destination has no endpoints to know it of (a real istiod, EDS).
  if (hbone && sender.labels[TUNNEL] === 'http' && (sender.gateway || !PASSES_ON.includes(host.resolution)))
    return {sent: 'HBONE', rule: undefined, because: 'both sides speak HBONE'}
  const rule = ruleFor(state, sender, host)
  const settings = objectOf({tls: tlsSettings(rule, port.port, subset)}, 'tls')
  const [object] = rule?.objects ?? []
  const by = object === undefined ? undefined : objectRefOf(object)
  if (dropsTls(settings, readsSecrets(sender, rule)))
    return {sent: 'plaintext', rule: by, because: 'credentialName is ignored by sidecars without a workloadSelector'}
  if (settings !== undefined) {
    const tls = textOf(settings, 'mode') ?? 'DISABLE'
    return {sent: own(SENT, tls) ?? 'plaintext', rule: by, because: `tls.mode is ${tls}`}
  }
  if (!state.settings.enableAutoMtls) return {sent: 'plaintext', rule: undefined, because: 'auto mTLS is switched off'}
  const sockets = clientSockets(state, {
    host,
    port: port.port,
    subset: subset?.name ?? '',
    settings: undefined,
    passesOn: !sender.gateway,
    readsSecrets: false,
    endpoints: host.endpoints(port),
    trustDomain: '',
  })
  if (Object.keys(sockets).length === 0)
    return {
      sent: 'plaintext',
      rule: undefined,
      because: host.meshExternal
        ? 'the host is outside the mesh'
        : host.resolution === 'HEADLESS'
          ? 'the Service is headless and not every pod takes mTLS'
          : 'auto mTLS follows the mode of the namespace or mesh, which is DISABLE; policies of workloads and ports do not count',
    }
  const byRule = objectOf({tls: endpointTls(rule, port.port, subset)}, 'tls')
  if (byRule !== undefined && !endpointTakesMtls(state, endpoint, byRule))
    return {
      sent: 'plaintext',
      rule: by,
      because: 'the port has settings without tls, and tls of the rule counts for endpoints',
    }
  return endpointTakesMtls(state, endpoint, byRule)
    ? {sent: 'mTLS', rule: undefined, because: 'auto mTLS'}
    : {sent: 'plaintext', rule: undefined, because: 'auto mTLS: the endpoint does not support mTLS'}
}

function peerMode(state: IstioState, endpoint: Pick<RegisteredEndpoint, 'namespace' | 'labels' | 'port'>): PeerMode {
  const pod = {object: {kind: 'Pod', namespace: endpoint.namespace, name: ''}, labels: endpoint.labels}
  return mtlsMode(pod, endpoint.port, state.peerAuthentications, state.settings.rootNamespace)
}

/** What the pod behind an address takes. */
export function takes(
  state: IstioState,
  endpoint: Pick<RegisteredEndpoint, 'namespace' | 'labels' | 'port' | 'meshTls'>,
  mode: PodMode | undefined,
): {readonly taken: Taken; readonly policy: ObjectRef | undefined} {
  if (mode === 'ambient') {
    const {mode: asked, by} = peerMode(state, endpoint)
    // At ztunnel DISABLE is no different from PERMISSIVE (recordings of Istio 1.31).
    return {taken: asked === 'STRICT' ? 'ambient STRICT' : 'ambient', policy: by}
  }
  if (!endpoint.meshTls && mode !== 'sidecar') return {taken: 'no sidecar', policy: undefined}
  const found = peerMode(state, endpoint)
  return {taken: found.mode === 'UNSET' ? 'PERMISSIVE' : found.mode, policy: found.by}
}

interface Row {
  readonly status: PairStatus
  /** The flag and reason in the access log of an Envoy that sends, where the connection fails. */
  readonly error?: string
  readonly because: string
}

const NOT_TLS: Row = {status: 'CONFLICT', error: 'UF, WRONG_VERSION_NUMBER', because: 'the server does not end TLS'}
const NO_CERTIFICATE: Row = {
  status: 'CONFLICT',
  error: 'UF',
  because: 'the handshake fails, because the client shows no certificate of the mesh',
}

const APPLICATION_TLS: Row = {status: 'UNKNOWN', because: 'works only if the application itself speaks TLS'}
/** What happens to TLS that is not the mesh's own, wherever the server does not insist on mTLS. */
const OTHER_TLS: Readonly<Record<Exclude<Taken, 'STRICT'>, Row>> = {
  PERMISSIVE: {
    status: 'CONFLICT',
    because: 'on an HTTP port no filter chain matches; on a TCP port the application must speak TLS',
  },
  DISABLE: APPLICATION_TLS,
  'no sidecar': APPLICATION_TLS,
  ambient: APPLICATION_TLS,
  'ambient STRICT': {status: 'CONFLICT', because: 'ztunnel closes connections that do not come by HBONE'},
}

/** What happens to each pair (istio.io, "Mutual TLS", and recordings of real proxies). */
const TABLE: Readonly<Record<Sent, Readonly<Record<Taken, Row>>>> = {
  mTLS: {
    STRICT: {status: 'OK', because: ''},
    PERMISSIVE: {status: 'PERMISSIVE', because: 'mTLS is used; the server also accepts plaintext'},
    DISABLE: NOT_TLS,
    'no sidecar': NOT_TLS,
    ambient: {status: 'CONFLICT', because: 'ztunnel accepts mTLS only by HBONE: this reaches the application as TLS'},
    'ambient STRICT': {status: 'CONFLICT', because: 'ztunnel closes connections that do not come by HBONE'},
  },
  HBONE: {
    STRICT: {status: 'OK', because: ''},
    PERMISSIVE: {status: 'PERMISSIVE', because: 'HBONE is used; the server also accepts plaintext'},
    DISABLE: {status: 'OK', because: 'the sidecar ends HBONE whatever the mode'},
    'no sidecar': {status: 'CONFLICT', because: 'nothing in the pod accepts HBONE'},
    ambient: {status: 'PERMISSIVE', because: 'HBONE is used; ztunnel also accepts plaintext'},
    'ambient STRICT': {status: 'OK', because: ''},
  },
  plaintext: {
    STRICT: {
      status: 'CONFLICT',
      error: 'UC, connection_termination',
      because: 'the server closes plaintext connections (no filter chain matches)',
    },
    PERMISSIVE: {status: 'PLAINTEXT', because: 'the server accepts plaintext; policies see no client identity'},
    DISABLE: {status: 'PLAINTEXT', because: 'policies see no client identity'},
    'no sidecar': {status: 'PLAINTEXT', because: 'the server is not in the mesh'},
    ambient: {status: 'PLAINTEXT', because: 'ztunnel accepts plaintext unless the mode is STRICT'},
    'ambient STRICT': {
      status: 'CONFLICT',
      because:
        'ztunnel closes plaintext: policy rejection, explicitly denied by the policy istiod generates from the mode',
    },
  },
  TLS: {STRICT: NO_CERTIFICATE, ...OTHER_TLS},
  'own mTLS': {
    STRICT: {
      status: 'CONFLICT',
      error: 'UF, CERTIFICATE_VERIFY_FAILED',
      because: 'the certificate is not of the mesh',
    },
    ...OTHER_TLS,
  },
}

/** The error as the client sees it: only an Envoy beside it makes a status of a failed connection, and only of an HTTP request. */
function seenBy(sender: Sender, {reading}: RegisteredPort, {error, because}: Row): string {
  if (error === undefined) return because
  const http = reading === 'http' || reading === 'auto'
  const proxied = sender !== 'no sidecar' && sender !== 'ambient'
  if (proxied && http) return `503 ${error}: ${because}`
  if (proxied) return `the connection closes without a response, ${error}: ${because}`
  const closed = http
    ? 'the connection closes before a response (curl exit code 52 or 56)'
    : 'the connection closes without a response'
  return `${closed}: ${because}`
}

/** Both sides of a connection from a sender to one endpoint of a host. */
export function pairOf(
  state: IstioState,
  sender: Sender,
  target: {
    readonly host: RegisteredHost
    readonly port: RegisteredPort
    readonly subset: Subset | undefined
    readonly endpoint: RegisteredEndpoint
  },
  mode: PodMode | undefined,
): Pair {
  const {sent, rule, because} = sending(state, sender, target.host, target.port, target.subset, target.endpoint, mode)
  const {taken, policy} = takes(state, target.endpoint, mode)
  const row = TABLE[sent][taken]
  return {
    status: row.status,
    sent,
    taken,
    rule,
    policy,
    because: [seenBy(sender, target.port, row), sent === 'mTLS' && because === 'auto mTLS' ? '' : because]
      .filter(each => each !== '')
      .join('; '),
  }
}
