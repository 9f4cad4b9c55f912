import {asksForSidecars} from '../../model/istio/injection.js'
import {injectedContainer} from '../../model/kube/pod.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1210',
  slug: 'manual-and-auto',
  aliases: [],
  severity: 'warning',
  title: 'Manifest already contains a sidecar',
  why: 'The output of kube-inject was committed instead of the source: its proxy image and settings never change, even when the mesh is upgraded.',
  fix: 'Commit the manifest as it was before kube-inject, and let the webhook inject.',
  references: [PAGES.injecting],
  modes: ['sidecar'],
  needs: ['namespace'],
  check: ({pod}, {namespace}) => {
    const proxy = injectedContainer(pod, 'istio-proxy')
    const auto = asksForSidecars(namespace.labels)
    // A Pod in a file was most likely read from a cluster after injection.
    if (pod.object.kind === 'Pod' || proxy === undefined || proxy.image === '' || proxy.image === 'auto' || !auto)
      return []
    return [
      {
        message: `The template contains istio-proxy with the image ${proxy.image}, and namespace ${namespace.name} has automatic injection.`,
        path: `${pod.specPath}.${proxy.path}`,
        proof: [{from: `${pod.specPath}.${proxy.path}`, text: `image: ${proxy.image}`}],
      },
    ]
  },
})
