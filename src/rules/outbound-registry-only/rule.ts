import {sidecarOf} from '../../analysis/traffic-policy/touching.js'
import {objectLabel} from '../../model/pod.js'
import {defineRule} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1703',
  slug: 'outbound-registry-only',
  aliases: [],
  severity: 'info',
  title: 'Hosts the mesh does not know are refused',
  why: 'With REGISTRY_ONLY the sidecar lets its pod talk only to Services and ServiceEntries it knows: an unknown host is answered with 502 on a port that carries HTTP, and other connections are reset (BlackHoleCluster).',
  fix: 'Nothing, if it is meant. Make a ServiceEntry for each host outside that the pod needs, or name the host under egress of its Sidecar.',
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
        message: `The pod reaches only hosts the mesh knows: ${where} says REGISTRY_ONLY.`,
        ...(decides === undefined ? {} : {object: decides.object, path: 'spec.outboundTrafficPolicy.mode'}),
        proof: [{from: where, text: 'outboundTrafficPolicy.mode: REGISTRY_ONLY'}],
      },
    ]
  },
})
