import {defineRule} from '../rule.js'

const ANNOTATION = 'ambient.istio.io/dns-capture'

/** True when a namespace may see it; `.` is the namespace it stands in (istio.io, ServiceEntry exportTo). */
function visible(exportTo: readonly string[], home: string, namespace: string): boolean {
  if (exportTo.length === 0) return true
  return exportTo.some(each => each === '*' || each === namespace || (each === '.' && home === namespace))
}

export const rule = defineRule({
  code: 'MCT1609',
  slug: 'ambient-dns-off',
  aliases: [],
  severity: 'warning',
  title: 'The pod cannot find hosts of ServiceEntries',
  why: 'In ambient mode a host of a ServiceEntry without addresses gets one from istiod, which only the DNS of the mesh tells. A pod that asks the usual DNS gets another address or none, and its traffic does not count as that of the ServiceEntry.',
  fix: 'Remove the annotation ambient.istio.io/dns-capture: "false" from the pod template, or write addresses in the ServiceEntry.',
  references: ['https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/'],
  versions: 'Istio 1.25 and later',
  modes: ['ambient'],
  needs: ['serviceEntries'],
  check: ({pod}, {serviceEntries}) => {
    if (pod.annotations[ANNOTATION] !== 'false') return []
    const path = `${pod.metadataPath}.annotations["${ANNOTATION}"]`
    const hosts = serviceEntries
      .filter(({object, exportTo}) => visible(exportTo, object.namespace, pod.object.namespace))
      .filter(({addresses, resolution}) => addresses.length === 0 && resolution !== 'NONE')
      .flatMap(entry => entry.hosts.filter(host => !host.startsWith('*')))
    if (hosts.length === 0) return []
    return [
      {
        message: `DNS is not captured, and ${hosts.length === 1 ? 'the host' : 'the hosts'} ${hosts.slice(0, 3).join(', ')}${hosts.length > 3 ? ` and ${hosts.length - 3} more` : ''} of ServiceEntries cannot be told by the mesh.`,
        path,
        proof: [{from: path, text: 'false'}],
      },
    ]
  },
})
