import {at, listOf, numberOf, textMapOf, textOf, textsOf} from '../formats/decode.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import {matchesLabels, requirementsOf} from '../model/kube/selector.js'
import {hostsMeet} from './scope.js'
import type {Viewpoint} from './viewpoint.js'

/** How a server reads what comes: it ends HTTP, passes connections on, or passes TLS on by its server name. */
export type ServerReading = 'http' | 'tcp' | 'sni'

/** A server of a Gateway object, and what it is called in Envoy. */
export interface Server {
  readonly gateway: string
  readonly port: number
  readonly target: number
  readonly hosts: readonly ServerHost[]
  readonly reading: ServerReading
  /** It ends TLS. */
  readonly tls: boolean
  readonly clientCertificate: boolean
  /** Plain HTTP is redirected to HTTPS. */
  readonly redirects: boolean
  readonly config: string
}

/** A host of a server (`namespace/host`): only VirtualServices of its namespace are bound; undefined for any. */
export interface ServerHost {
  readonly namespace: string | undefined
  readonly host: string
}

function nameOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? 'default'}/${object.metadata.name}`
}

/** The port of the pod behind a port of the gateway's Service. */
function targetPort({state, place}: Viewpoint, port: number): number {
  const service = state.hosts.find(
    ({namespace, selector, ports}) =>
      namespace === place.namespace &&
      selector !== undefined &&
      matchesLabels(requirementsOf(selector), place.labels) &&
      ports.some(each => each.port === port),
  )
  const target = service?.ports.find(each => each.port === port)?.target
  return typeof target === 'number' ? target : port
}

function serverHost(written: string, home: string): ServerHost {
  const slash = written.indexOf('/')
  const scope = slash < 0 ? '*' : written.slice(0, slash)
  return {namespace: scope === '*' ? undefined : scope === '.' ? home : scope, host: written.slice(slash + 1)}
}

const HTTP = ['HTTP', 'HTTP2', 'GRPC']
const ENDS_TLS = ['SIMPLE', 'MUTUAL']

/** What a server does by its protocol and the mode of its TLS (istio.io, "Gateway", Port and ServerTLSSettings); undefined where it is not translated. */
export function kindOfServer(server: unknown): {readonly reading: ServerReading; readonly tls: boolean} | undefined {
  const protocol = (textOf(server, 'port', 'protocol') ?? '').toUpperCase()
  const mode = textOf(server, 'tls', 'mode') ?? ''
  if (HTTP.includes(protocol)) return {reading: 'http', tls: false}
  if (protocol === 'HTTPS' || protocol === 'TLS') {
    if (mode === 'PASSTHROUGH') return {reading: 'sni', tls: false}
    if (!ENDS_TLS.includes(mode)) return undefined
    return {reading: protocol === 'HTTPS' ? 'http' : 'tcp', tls: true}
  }
  return at(server, 'tls') === undefined ? {reading: 'tcp', tls: false} : undefined
}

/** The servers of all Gateways that select a gateway, in the order of their age. */
export function serversOf(view: Viewpoint): readonly Server[] {
  return view.state
    .objects('Gateway')
    .filter(each => matchesLabels(requirementsOf(textMapOf(each, 'spec', 'selector')), view.place.labels))
    .flatMap(object =>
      listOf(object, 'spec', 'servers').flatMap((server): readonly Server[] => {
        const port = numberOf(server, 'port', 'number')
        const kind = kindOfServer(server)
        if (port === undefined || kind === undefined) return []
        const name = textOf(server, 'port', 'name') ?? ''
        const target = targetPort(view, port)
        const {namespace, name: own} = object.metadata
        return [
          {
            gateway: nameOf(object),
            port,
            target,
            hosts: textsOf(server, 'hosts').map(each => serverHost(each, namespace ?? 'default')),
            reading: kind.reading,
            tls: kind.tls,
            clientCertificate: textOf(server, 'tls', 'mode') === 'MUTUAL',
            redirects: at(server, 'tls', 'httpsRedirect') === true,
            config: kind.tls ? `https.${port}.${name}.${own}.${namespace}` : `http.${target}`,
          },
        ]
      }),
    )
}

/** The hosts of a server that a VirtualService of a namespace is bound to by one of its own. */
export function boundHosts({hosts}: Server, home: string, name: string): readonly ServerHost[] {
  return hosts.filter(({namespace, host}) => (namespace === undefined || namespace === home) && hostsMeet(host, name))
}
