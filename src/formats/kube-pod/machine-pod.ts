import {TLS_MODE_LABEL} from '../../model/istio/mesh-keys.js'
import {parseIp} from '../../model/kernel/ip-address.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {listOf, numberOf, objectOf, textMapOf, textOf} from '../decode.js'

/** What istiod writes on the WorkloadEntry of a machine whose proxy connects to it (istio/istio pilot/pkg/autoregistration), or the machine's owner to say that it has one. */
const CONNECTED = ['istio.io/connectedAt', 'istio.io/disconnectedAt', 'istio.io/workloadController']

/** True where a WorkloadEntry says that a proxy of the mesh runs on the machine: istiod registered its connection, or its label makes clients use mTLS. */
function hasMachineProxy(entry: KubeObject): boolean {
  const annotations = entry.metadata.annotations ?? {}
  const labels = {...entry.metadata.labels, ...textMapOf(entry, 'spec', 'labels')}
  return CONNECTED.some(name => annotations[name] !== undefined) || labels[TLS_MODE_LABEL] === 'istio'
}

/** The last health check of the machine (`Healthy`), which its agent sends; without one it counts as ready, as istiod takes it. */
function isHealthy(entry: KubeObject): boolean {
  return !listOf(entry, 'status', 'conditions').some(
    each => textOf(each, 'type') === 'Healthy' && textOf(each, 'status') === 'False',
  )
}

/**
 * The machine behind a WorkloadEntry in the form of a pod, so that the rules about objects can be asked of it: its labels, service account, address
 * and ports as the entry has them, its proxy as a container where the entry says that it has one (istio.io, WorkloadEntry).
 */
export function podOfMachine(entry: KubeObject): KubeObject | undefined {
  if (entry.kind !== 'WorkloadEntry') return undefined
  const address = textOf(entry, 'spec', 'address') ?? ''
  const ports = Object.keys(objectOf(entry, 'spec', 'ports') ?? {}).flatMap(name => {
    const containerPort = numberOf(entry, 'spec', 'ports', name)
    return containerPort === undefined ? [] : [{name, containerPort}]
  })
  const proxy = hasMachineProxy(entry) ? [{name: 'istio-proxy', args: ['proxy', 'sidecar']}] : []
  const {name, namespace, labels, annotations, creationTimestamp} = entry.metadata
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      creationTimestamp,
      labels: {...labels, ...textMapOf(entry, 'spec', 'labels')},
      annotations,
      ownerReferences: [{apiVersion: 'networking.istio.io/v1', kind: entry.kind, name, controller: true}],
    },
    spec: {
      serviceAccountName: textOf(entry, 'spec', 'serviceAccount'),
      containers: [{name: 'application', ports}, ...proxy],
    },
    status: {
      phase: 'Running',
      ...(parseIp(address) === undefined ? {} : {podIP: address}),
      conditions: [
        {type: 'Ready', status: isHealthy(entry) ? 'True' : 'False'},
        ...listOf(entry, 'status', 'conditions'),
      ],
    },
  }
}
