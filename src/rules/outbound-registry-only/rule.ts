import {sidecarOf} from '../../analysis/traffic-policy/service-objects.js'
import {objectLabel} from '../../model/kube/pod.js'
import {defineRule} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1703',
  slug: 'outbound-registry-only',
  aliases: [],
  severity: 'info',
  title: 'REGISTRY_ONLY blocks unknown external hosts',
  why: 'The sidecar forwards only to Services and ServiceEntries it knows: an unknown host gets 502 on an HTTP port, and other connections are reset (BlackHoleCluster).',
  fix: 'Nothing if intentional. Create a ServiceEntry for each external host that the pod needs, or list the host under egress of its Sidecar resource.',
  references: ['https://istio.io/latest/docs/tasks/traffic-management/egress/egress-control/'],
  modes: ['sidecar'],
  needs: ['mesh', 'sidecars'],
  check: ({pod}, {mesh, sidecars}) => {
    const own = sidecarOf(pod, sidecars, mesh.rootNamespace)
    const decides = own !== undefined && own.outboundPolicy !== '' ? own : undefined
    if ((decides?.outboundPolicy ?? mesh.outboundPolicy) !== 'REGISTRY_ONLY') return []
    const where = decides === undefined ? 'the mesh configuration' : objectLabel(decides.object)
    return [
      {
        message: `The pod reaches only hosts in the service registry: ${where} sets REGISTRY_ONLY.`,
        ...(decides === undefined ? {} : {object: decides.object, path: 'spec.outboundTrafficPolicy.mode'}),
        proof: [{from: where, text: 'outboundTrafficPolicy.mode: REGISTRY_ONLY'}],
      },
    ]
  },
})
