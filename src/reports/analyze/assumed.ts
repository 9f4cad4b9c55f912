import {readConfigObject} from '../../formats/istio-config/config-object.js'
import type {ConfigObject} from '../../model/istio-config/config-object.js'

const LABELS = {app: 'istio-ingressgateway', istio: 'ingressgateway'}
const NAME = 'istio-ingressgateway'

/** Ports of the gateway of a default installation (istio.io, gateway chart). */
const PORTS = [
  {name: 'status-port', port: 15021, targetPort: 15021},
  {name: 'http2', port: 80, targetPort: 8080},
  {name: 'https', port: 443, targetPort: 8443},
  {name: 'tcp', port: 31400, targetPort: 31400},
  {name: 'tls', port: 15443, targetPort: 15443},
].map(port => ({...port, protocol: 'TCP'}))

/**
 * The ingress gateway of a default installation, which files about a mesh usually leave out: assumed for an excerpt without pods labelled
 * istio=ingressgateway, so that Gateways that select it have something to be compared with.
 */
export function assumedGateway(objects: readonly ConfigObject[], namespace: string): readonly ConfigObject[] {
  const known = objects.some(
    ({ref, labels, raw}) =>
      labels.istio === LABELS.istio &&
      (ref.kind === 'Pod' || (ref.kind === 'Deployment' && JSON.stringify(raw).includes('"ingressgateway"'))),
  )
  if (known) return []
  const metadata = {name: NAME, namespace, labels: LABELS}
  // No user chose its image, so it is not compared with that of the injector.
  const annotations = {'sidecar.istio.io/proxyImage': 'proxyv2'}
  const containers = [{name: 'istio-proxy', image: 'proxyv2'}]
  const pod = {apiVersion: 'v1', kind: 'Pod', metadata: {...metadata, annotations}, spec: {containers}}
  const service = {apiVersion: 'v1', kind: 'Service', metadata, spec: {selector: {istio: LABELS.istio}, ports: PORTS}}
  return [pod, service].map(raw => readConfigObject(raw, namespace))
}
