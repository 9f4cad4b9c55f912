import {definedFields} from '../../model/collections/defined-fields.js'
import {PROXY_CONFIG_ANNOTATION} from '../../model/istio/mesh-keys.js'
import {defineRule, Inconclusive, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1903',
  slug: 'discovery-address',
  aliases: [],
  severity: 'error',
  title: 'discoveryAddress points to a missing Service',
  why: 'Without istiod the proxy gets no certificate and no configuration: it never becomes ready, or keeps what it last received.',
  fix: 'Correct or remove discoveryAddress in the annotation proxy.istio.io/config or the mesh configuration, and recreate the pod.',
  references: [PAGES.annotations, 'https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/'],
  modes: ['sidecar', 'gateway', 'waypoint'],
  needs: ['discovery'],
  check: ({pod}, {discovery}) => {
    if (discovery.exists === undefined && discovery.home !== undefined) {
      throw new Inconclusive(`the Service of ${discovery.address} is not in the given files, which may be incomplete`)
    }
    if (discovery.exists !== false) return []
    const annotated = pod.annotations[PROXY_CONFIG_ANNOTATION] !== undefined
    return [
      {
        message: `The discovery address is ${discovery.address}, but no such Service exists.`,
        ...definedFields({path: annotated ? `${pod.metadataPath}.annotations["proxy.istio.io/config"]` : undefined}),
        proof: [{from: discovery.from, text: `discoveryAddress: ${discovery.address}`}],
      },
    ]
  },
})
