import {defineRule, PAGES, Undecided} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1903',
  slug: 'discovery-address',
  aliases: [],
  severity: 'error',
  title: 'The proxy looks for istiod where there is none',
  why: 'Without istiod a proxy gets no certificate and no configuration: it never becomes ready, or stays on what it had.',
  fix: 'Correct or remove discoveryAddress in the annotation proxy.istio.io/config or the mesh configuration, and create the pod anew.',
  references: [PAGES.annotations, 'https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/'],
  modes: ['sidecar', 'gateway', 'waypoint'],
  needs: ['discovery'],
  check: ({pod}, {discovery}) => {
    if (discovery.exists === undefined && discovery.home !== undefined) {
      throw new Undecided(
        `the Service of ${discovery.address} is not among the files, which need not hold all there are`,
      )
    }
    if (discovery.exists !== false) return []
    const annotated = pod.annotations['proxy.istio.io/config'] !== undefined
    return [
      {
        message: `The discovery address is ${discovery.address}, and no such Service exists.`,
        ...(annotated ? {path: `${pod.metadataPath}.annotations["proxy.istio.io/config"]`} : {}),
        proof: [{from: discovery.from, text: `discoveryAddress: ${discovery.address}`}],
      },
    ]
  },
})
