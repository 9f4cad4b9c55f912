import type {SocketProtocol} from '../kernel/socket.js'

/** Who in the mesh holds a port and what for (istio.io, "Ports used by Istio", and the agent's and Envoy's own listeners). */
export interface ReservedPort {
  readonly port: number
  readonly protocols: readonly SocketProtocol[]
  readonly owner: 'envoy' | 'pilot-agent' | 'ztunnel' | 'istiod' | 'organisation'
  readonly purpose: string
  /** Old or start-up only: an application may share it without harm most of the time. */
  readonly soft?: boolean
}

/** Where ztunnels, waypoints and sidecars take mTLS tunnels. */
export const HBONE_PORT = 15_008

const TCP: readonly SocketProtocol[] = ['tcp']
const BOTH: readonly SocketProtocol[] = ['tcp', 'udp']

/** Ports of a pod with a sidecar. */
export const SIDECAR_PORTS: readonly ReservedPort[] = [
  {port: 15000, protocols: TCP, owner: 'envoy', purpose: 'Envoy admin'},
  {port: 15001, protocols: TCP, owner: 'envoy', purpose: 'Envoy outbound capture'},
  {port: 15002, protocols: TCP, owner: 'pilot-agent', purpose: 'start-up validation of the rules', soft: true},
  {port: 15004, protocols: TCP, owner: 'pilot-agent', purpose: 'agent debug'},
  {port: 15006, protocols: TCP, owner: 'envoy', purpose: 'Envoy inbound capture'},
  {port: HBONE_PORT, protocols: TCP, owner: 'envoy', purpose: 'HBONE tunnel'},
  {port: 15009, protocols: TCP, owner: 'envoy', purpose: 'HBONE in older releases', soft: true},
  {port: 15013, protocols: ['udp'], owner: 'pilot-agent', purpose: 'DNS in Istio 1.6 and 1.7', soft: true},
  {port: 15020, protocols: TCP, owner: 'pilot-agent', purpose: 'merged metrics and health'},
  {port: 15021, protocols: TCP, owner: 'envoy', purpose: 'health check'},
  {port: 15053, protocols: BOTH, owner: 'pilot-agent', purpose: 'DNS capture'},
  {port: 15090, protocols: TCP, owner: 'envoy', purpose: 'Envoy metrics'},
]

/** Ports of a pod in ambient mode: ztunnel listens inside the pod's network namespace; the sidecar's other ports are free. */
export const AMBIENT_PORTS: readonly ReservedPort[] = [
  {port: 15001, protocols: TCP, owner: 'ztunnel', purpose: 'ztunnel outbound capture'},
  {port: 15006, protocols: TCP, owner: 'ztunnel', purpose: 'ztunnel inbound plaintext'},
  {port: HBONE_PORT, protocols: TCP, owner: 'ztunnel', purpose: 'HBONE tunnel'},
  {port: 15053, protocols: BOTH, owner: 'ztunnel', purpose: 'DNS capture'},
]

/** Ports of a gateway or waypoint pod: no capture, so 15001 and 15006 are free. */
export const GATEWAY_PORTS: readonly ReservedPort[] = SIDECAR_PORTS.filter(({port}) =>
  [15000, 15004, HBONE_PORT, 15020, 15021, 15090].includes(port),
)

/** Ports of istiod. */
export const ISTIOD_PORTS: readonly ReservedPort[] = [
  {port: 8080, protocols: TCP, owner: 'istiod', purpose: 'debug pages and readiness'},
  {port: 9876, protocols: TCP, owner: 'istiod', purpose: 'ControlZ'},
  {port: 15010, protocols: TCP, owner: 'istiod', purpose: 'configuration and certificates in plaintext'},
  {port: 15012, protocols: TCP, owner: 'istiod', purpose: 'configuration and certificates over TLS'},
  {port: 15014, protocols: TCP, owner: 'istiod', purpose: 'metrics'},
  {port: 15017, protocols: TCP, owner: 'istiod', purpose: 'webhooks'},
]
