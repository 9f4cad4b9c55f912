import {at, listOf, numberOf, objectOf, textMapOf, textOf, textsOf} from '../../formats/decode.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {humanAge} from './age.js'
import {AGE, type Column, column, NAME, NONE, orNone, pairs, textColumn} from './column.js'
import {WORKLOAD_COLUMNS} from './workload-columns.js'

function externalIp(service: KubeObject): string {
  const extra = textsOf(service, 'spec', 'externalIPs')
  const type = textOf(service, 'spec', 'type')
  if (type === 'ExternalName') return textOf(service, 'spec', 'externalName') ?? ''
  if (type !== 'LoadBalancer') return extra.length === 0 ? NONE : extra.join(',')
  const ingress = listOf(service, 'status', 'loadBalancer', 'ingress').map(
    each => textOf(each, 'ip') ?? textOf(each, 'hostname') ?? '',
  )
  const all = [...ingress, ...extra].filter(each => each !== '')
  return all.length === 0 ? '<pending>' : all.join(',')
}

function servicePorts(service: KubeObject): string {
  const ports = listOf(service, 'spec', 'ports').map(each => {
    const node = numberOf(each, 'nodePort') ?? 0
    return `${numberOf(each, 'port') ?? 0}${node > 0 ? `:${node}` : ''}/${textOf(each, 'protocol') ?? 'TCP'}`
  })
  return orNone(ports)
}

/** Endpoints as `ip:port`, three at the most, as the printer shows them. */
function shortened(all: readonly string[]): string {
  if (all.length === 0) return NONE
  return all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : all.join(',')
}

function endpointsCell(object: KubeObject): string {
  const all = listOf(object, 'subsets').flatMap(subset => {
    const ips = listOf(subset, 'addresses').map(each => textOf(each, 'ip') ?? '')
    const ports = listOf(subset, 'ports').map(each => numberOf(each, 'port') ?? 0)
    return ports.length === 0 ? ips : ports.flatMap(port => ips.map(ip => `${ip}:${port}`))
  })
  return shortened(all)
}

function nodeStatus(node: KubeObject): string {
  const ready = listOf(node, 'status', 'conditions').find(each => textOf(each, 'type') === 'Ready')
  const state = ready === undefined ? 'Unknown' : textOf(ready, 'status') === 'True' ? 'Ready' : 'NotReady'
  return at(node, 'spec', 'unschedulable') === true ? `${state},SchedulingDisabled` : state
}

function nodeRoles(node: KubeObject): string {
  const roles = Object.keys(node.metadata.labels ?? {})
    .filter(label => label.startsWith('node-role.kubernetes.io/'))
    .map(label => label.slice('node-role.kubernetes.io/'.length))
  return orNone(roles.sort())
}

function nodeAddress(type: string): Column['cell'] {
  return node =>
    textOf(
      listOf(node, 'status', 'addresses').find(each => textOf(each, 'type') === type),
      'address',
    ) ?? NONE
}

function webhookCount(object: KubeObject): number {
  return listOf(object, 'webhooks').length
}

const WEBHOOKS: readonly Column[] = [NAME, column('Webhooks', webhookCount), AGE]

function involved(event: KubeObject): string {
  return `${(textOf(event, 'involvedObject', 'kind') ?? '').toLowerCase()}/${textOf(event, 'involvedObject', 'name') ?? ''}`
}

const EVENT: readonly Column[] = [
  column('Last Seen', (event, now) =>
    humanAge(textOf(event, 'lastTimestamp') ?? textOf(event, 'eventTime') ?? event.metadata.creationTimestamp, now),
  ),
  textColumn('Type', 'type'),
  textColumn('Reason', 'reason'),
  column('Object', involved),
  column('Message', event => (textOf(event, 'message') ?? '').trim()),
]

const IST_HOSTS = column('Hosts', object => JSON.stringify(textsOf(object, 'spec', 'hosts')))

/** Columns by `Kind.group`, as the API server's printers and Istio's CRDs (additionalPrinterColumns) define them; what is not listed has name and age. */
export const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  ...WORKLOAD_COLUMNS,
  'Service.': [
    NAME,
    column('Type', service => textOf(service, 'spec', 'type') ?? 'ClusterIP'),
    column('Cluster-IP', service => textOf(service, 'spec', 'clusterIP') || NONE),
    column('External-IP', externalIp),
    column('Port(s)', servicePorts),
    AGE,
    column('Selector', service => pairs(textMapOf(service, 'spec', 'selector')), 'wide'),
  ],
  'Namespace.': [NAME, column('Status', object => textOf(object, 'status', 'phase') ?? ''), AGE],
  'Node.': [
    NAME,
    column('Status', nodeStatus),
    column('Roles', nodeRoles),
    AGE,
    textColumn('Version', 'status', 'nodeInfo', 'kubeletVersion'),
    column('Internal-IP', nodeAddress('InternalIP'), 'wide'),
    column('External-IP', nodeAddress('ExternalIP'), 'wide'),
    column('OS-Image', node => textOf(node, 'status', 'nodeInfo', 'osImage') ?? '', 'wide'),
    column('Kernel-Version', node => textOf(node, 'status', 'nodeInfo', 'kernelVersion') ?? '', 'wide'),
    column('Container-Runtime', node => textOf(node, 'status', 'nodeInfo', 'containerRuntimeVersion') ?? '', 'wide'),
  ],
  'ConfigMap.': [
    NAME,
    column(
      'Data',
      object =>
        Object.keys(objectOf(object, 'data') ?? {}).length + Object.keys(objectOf(object, 'binaryData') ?? {}).length,
    ),
    AGE,
  ],
  'ServiceAccount.': [NAME, column('Secrets', object => listOf(object, 'secrets').length), AGE],
  'Endpoints.': [NAME, column('Endpoints', endpointsCell), AGE],
  'EndpointSlice.discovery.k8s.io': [
    NAME,
    textColumn('AddressType', 'addressType'),
    column('Ports', object => shortened(listOf(object, 'ports').map(each => String(numberOf(each, 'port') ?? '*')))),
    column('Endpoints', object => shortened(listOf(object, 'endpoints').flatMap(each => textsOf(each, 'addresses')))),
    AGE,
  ],
  'Event.': EVENT,
  'MutatingWebhookConfiguration.admissionregistration.k8s.io': WEBHOOKS,
  'ValidatingWebhookConfiguration.admissionregistration.k8s.io': WEBHOOKS,
  'CustomResourceDefinition.apiextensions.k8s.io': [
    NAME,
    column('Created At', object => textOf(object, 'metadata', 'creationTimestamp') ?? ''),
  ],
  'NetworkPolicy.networking.k8s.io': [
    NAME,
    column('Pod-Selector', object => pairs(textMapOf(object, 'spec', 'podSelector', 'matchLabels'))),
    AGE,
  ],
  'VirtualService.networking.istio.io': [
    NAME,
    column('Gateways', object =>
      at(object, 'spec', 'gateways') === undefined ? '' : JSON.stringify(textsOf(object, 'spec', 'gateways')),
    ),
    IST_HOSTS,
    AGE,
  ],
  'DestinationRule.networking.istio.io': [NAME, textColumn('Host', 'spec', 'host'), AGE],
  'ServiceEntry.networking.istio.io': [
    NAME,
    IST_HOSTS,
    textColumn('Location', 'spec', 'location'),
    textColumn('Resolution', 'spec', 'resolution'),
    AGE,
  ],
  'WorkloadEntry.networking.istio.io': [NAME, AGE, textColumn('Address', 'spec', 'address')],
  'PeerAuthentication.security.istio.io': [NAME, textColumn('Mode', 'spec', 'mtls', 'mode'), AGE],
  'AuthorizationPolicy.security.istio.io': [NAME, textColumn('Action', 'spec', 'action'), AGE],
}
