import type {KubeObject} from '../../src/model/kube/kube-object.js'
import type {Labels} from '../../src/model/kube/selector.js'

/** A running pod NAME-0 of a StatefulSet NAME with a sidecar, whose application runs as that uid. */
export function sidecarPod(
  name: string,
  uid: number,
  namespace = 'shop',
  labels: Labels = {app: name, version: 'v1'},
): KubeObject {
  const owner = {apiVersion: 'apps/v1', kind: 'StatefulSet', name, controller: true}
  const annotations = {'sidecar.istio.io/status': '{"containers":["istio-proxy"]}'}
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: `${name}-0`, namespace, labels, annotations, ownerReferences: [owner]},
    spec: {
      containers: [
        {name: 'app', image: 'app:1', ports: [{containerPort: 8080, name: 'http'}], securityContext: {runAsUser: uid}},
        {name: 'istio-proxy', image: 'istio/proxyv2:1.26.0', securityContext: {runAsUser: 1337}},
      ],
    },
    status: {phase: 'Running'},
  } as unknown as KubeObject
}
