/** How a client wants objects: whole, as rows for people, or their metadata alone (Kubernetes API concepts, "Receiving resources as Tables"). */
export type Shape = 'object' | 'table' | 'metadata'

/** The first supported media type of the Accept header; protobuf is skipped, plain JSON is the fallback. */
export function shapeOf(accept: string): Shape {
  for (const part of accept.split(',')) {
    const [type = '', ...parameters] = part.split(';').map(word => word.trim())
    if (type !== 'application/json' && type !== '*/*' && type !== 'application/*') continue
    const as = parameters.find(word => word.startsWith('as='))?.slice(3)
    if (as === undefined) return 'object'
    if (!parameters.includes('v=v1')) continue
    if (as === 'Table') return 'table'
    if (as === 'PartialObjectMetadataList' || as === 'PartialObjectMetadata') return 'metadata'
  }
  return 'object'
}

/** True when the client asks for all groups' resources in one document (aggregated discovery, v2). */
export function wantsAggregated(accept: string): boolean {
  return /as=APIGroupDiscoveryList/.test(accept) && /v=v2(;|,|$)/.test(accept)
}

export const AGGREGATED_TYPE = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
