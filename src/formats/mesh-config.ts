import type {KubeObject} from '../model/kube-object.js'
import type {MeshSettings} from '../model/mesh-settings.js'
import {flagOf, textMapOf, textOf} from './decode.js'
import {parseYamlText} from './kube-manifest/yaml-text.js'

/** MeshConfig of the ConfigMap `istio` (or `istio-REVISION`); absent fields have the defaults of istio.io, "Global Mesh Options". */
export function readMeshSettings(object: KubeObject): MeshSettings {
  const mesh = parseYamlText(textOf(object, 'data', 'mesh') ?? '')
  const mode = textOf(mesh, 'defaultConfig', 'interceptionMode')
  const home = object.metadata.namespace ?? 'istio-system'
  return {
    rootNamespace: textOf(mesh, 'rootNamespace') ?? home,
    enableAutoMtls: flagOf(mesh, 'enableAutoMtls') ?? true,
    outboundPolicy: textOf(mesh, 'outboundTrafficPolicy', 'mode') ?? 'ALLOW_ANY',
    discoveryAddress: textOf(mesh, 'defaultConfig', 'discoveryAddress') ?? `istiod.${home}.svc:15012`,
    clusterDomain: 'cluster.local',
    capture: {
      ...(mode === undefined ? {} : {interceptionMode: mode}),
      proxyMetadata: textMapOf(mesh, 'defaultConfig', 'proxyMetadata'),
    },
  }
}
