import type {ServiceModel} from '../../model/kube/kube-service.js'

/**
 * The addresses DNS of the cluster gives for a name of a Service in full (`name.namespace.svc.DOMAIN`) or without the
 * domain (Kubernetes, "DNS for Services and Pods"); undefined for any other name, and for a Service without a cluster IP.
 */
export function clusterIpsOf(services: readonly ServiceModel[], name: string): readonly string[] | undefined {
  const [service, namespace, kind] = name.replace(/\.$/, '').split('.')
  if (kind !== 'svc') return undefined
  const found = services.find(({object}) => object.name === service && object.namespace === namespace)
  return found === undefined || found.clusterIps.length === 0 ? undefined : found.clusterIps
}
