import {at, isObject, textOf} from '../decode.js'

/**
 * Which Istio object a resource was made from, as `name.namespace`: metadata.filter_metadata.istio.config.
 * Empty without metadata or for a path of another shape, `<unknown>` for anything that is not an Istio networking path (istioctl's cell).
 */
export function managedBy(resource: unknown): string {
  const istio = at(resource, 'metadata', 'filter_metadata', 'istio')
  if (!isObject(istio) || !Object.hasOwn(istio, 'config')) return ''
  const config = textOf(istio, 'config') ?? ''
  if (!config.startsWith('/apis/networking.istio.io/')) return '<unknown>'
  const parts = config.split('/')
  return parts.length === 8 ? `${parts[7]}.${parts[5]}` : ''
}
