import type {Vocabulary} from './entry.js'

const META = 'https://istio.io/latest/docs/reference/commands/pilot-agent/'
const MODEL = 'https://pkg.go.dev/istio.io/istio/pkg/model#NodeMetadata'
const BOOTSTRAP = 'meshctl proxy-config bootstrap POD   # node.metadata'

/** Variables of the sidecar: each `ISTIO_META_NAME` becomes the field NAME of the node metadata that istiod sees (Istio, model.NodeMetadata). */
export const PROXY_VARIABLES: Vocabulary = {
  ISTIO_META_CLUSTER_ID: [
    'Variable of the sidecar: the name of its cluster as istiod knows it (Kubernetes by default). With another name than istiod expects, the proxy connects to no registry of its own cluster.',
    BOOTSTRAP,
    MODEL,
  ],
  ISTIO_META_CONFIG_NAMESPACE: [
    'Variable of the sidecar before Istio 1.6: the namespace whose configuration the proxy gets, that of its pod. ISTIO_META_NAMESPACE since.',
    BOOTSTRAP,
    MODEL,
  ],
  ISTIO_META_INTERCEPTION_MODE: [
    'Variable of the sidecar: how traffic is captured, REDIRECT (the default), TPROXY or NONE. It must fit the rules that istio-init wrote.',
    'meshctl iptables POD; meshctl explain REDIRECT TPROXY',
    META,
  ],
  ISTIO_META_WORKLOAD_NAME: [
    'Variable of the sidecar: the workload of the pod (its Deployment, StatefulSet, ...), used in metrics and traces.',
    BOOTSTRAP,
    MODEL,
  ],
  ISTIO_META_OWNER: [
    'Variable of the sidecar: the owner of the pod as a URL (kubernetes://apis/apps/v1/namespaces/NS/deployments/NAME).',
    BOOTSTRAP,
    MODEL,
  ],
  ISTIO_META_MESH_ID: [
    'Variable of the sidecar: the mesh it belongs to (meshID, else the trust domain); metrics of several meshes differ in it.',
    BOOTSTRAP,
    MODEL,
  ],
  ISTIO_META_NETWORK: [
    'Variable of the sidecar: its network. Endpoints of another network are reached through the east-west gateway (15443).',
    'meshctl proxy-config endpoint POD',
    MODEL,
  ],
  ISTIO_META_POD_PORTS: ['Variable of the sidecar: the container ports of the application, as JSON.', BOOTSTRAP, MODEL],
  ISTIO_META_APP_CONTAINERS: [
    'Variable of the sidecar: the containers of the application in its pod.',
    BOOTSTRAP,
    MODEL,
  ],
  ISTIO_META_ROUTER_MODE: [
    'Variable of a gateway before Istio 1.16: sni-dnat serves clusters of other networks by SNI, standard does not.',
    'meshctl explain 15443',
    META,
  ],
  ISTIO_META_REQUESTED_NETWORK_VIEW: [
    'Variable of a gateway: the networks whose endpoints it gets; others are left out.',
    'meshctl proxy-config endpoint POD',
    META,
  ],
}
