import type {ServiceConfig} from '../../model/istio-config/kubernetes.js'
import type {GatewayConfig} from '../../model/istio-config/traffic.js'
import {type GatewayWorld, gatewayServices} from './gateway-home.js'
import {podsSelected} from './selected-pods.js'
import {servicesBefore} from './service-pods.js'

/** Annotations with the certificate of a load balancer that ends TLS itself (documentation of AWS, DigitalOcean and Azure). */
const CERTIFICATES = [
  'service.beta.kubernetes.io/aws-load-balancer-ssl-cert',
  'service.beta.kubernetes.io/do-loadbalancer-certificate-id',
  'service.beta.kubernetes.io/do-loadbalancer-certificate-name',
]

/** True when the load balancer of the Service ends TLS, so that the gateway receives plain HTTP for https:// requests. */
export function tlsEndsBefore({object: {annotations}}: Pick<ServiceConfig, 'object'>): boolean {
  return CERTIFICATES.some(name => (annotations[name] ?? '') !== '')
}

/** The Services that lead to the pods of a Gateway. */
export function gatewayServicesOf(world: GatewayWorld, {selector}: GatewayConfig): readonly ServiceConfig[] {
  const before = new Set(podsSelected(world, selector).flatMap(pod => servicesBefore(pod, world.services())))
  const behind = world.services().filter(service => before.has(service))
  return behind.length > 0 ? behind : gatewayServices(world, selector)
}
