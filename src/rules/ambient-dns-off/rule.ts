import {defineRule} from '../rule.js'

const ANNOTATION = 'ambient.istio.io/dns-capture'

/** True when the namespace can see a ServiceEntry of that exportTo; `.` is the namespace of the entry (istio.io, ServiceEntry exportTo). */
function isExportedTo(exportTo: readonly string[], home: string, namespace: string): boolean {
  if (exportTo.length === 0) return true
  return exportTo.some(each => each === '*' || each === namespace || (each === '.' && home === namespace))
}

export const rule = defineRule({
  code: 'MCT1609',
  slug: 'ambient-dns-off',
  aliases: [],
  severity: 'warning',
  title: 'DNS capture is disabled for an ambient pod',
  why: 'A ServiceEntry without addresses gets one from istiod that only DNS capture returns: without it the pod resolves the host to another address or none, and the traffic does not match the ServiceEntry.',
  fix: 'Remove the annotation ambient.istio.io/dns-capture: "false" from the pod template, or set addresses in the ServiceEntry.',
  references: ['https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/'],
  versions: 'Istio 1.25 and later',
  modes: ['ambient'],
  needs: ['serviceEntries'],
  check: ({pod}, {serviceEntries}) => {
    if (pod.annotations[ANNOTATION] !== 'false') return []
    const path = `${pod.metadataPath}.annotations["${ANNOTATION}"]`
    const hosts = serviceEntries
      .filter(({object, exportTo}) => isExportedTo(exportTo, object.namespace, pod.object.namespace))
      .filter(({addresses, resolution}) => addresses.length === 0 && resolution !== 'NONE')
      .flatMap(entry => entry.hosts.filter(host => !host.startsWith('*')))
    if (hosts.length === 0) return []
    return [
      {
        message: `DNS capture is off: the pod cannot resolve the ServiceEntry ${hosts.length === 1 ? 'host' : 'hosts'} ${hosts.slice(0, 3).join(', ')}${hosts.length > 3 ? ` and ${hosts.length - 3} more` : ''} through the mesh.`,
        path,
        proof: [{from: path, text: 'false'}],
      },
    ]
  },
})
