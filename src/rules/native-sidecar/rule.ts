import {isOlder, parseIstioVersion} from '../../model/istio/istio-version.js'
import {NATIVE_SIDECAR_ANNOTATION, PROXY_CONFIG_ANNOTATION} from '../../model/istio/mesh-keys.js'
import type {NodeModel} from '../../model/kube/kube-node.js'
import {defineRule, type Found, Inconclusive, PAGES} from '../rule.js'

const HOLD = /holdApplicationUntilProxyStarts["']?\s*:\s*["']?true/

/** Nodes that run a native sidecar as a plain init container, which never completes (kubernetes.io, Sidecar Containers: enabled by default from 1.29). */
function tooOld(nodes: readonly NodeModel[]): readonly NodeModel[] {
  return nodes.filter(({kubelet}) => isOlder(parseIstioVersion(kubelet), 1, 29))
}

export const rule = defineRule({
  code: 'MCT1420',
  slug: 'native-sidecar',
  aliases: [],
  severity: 'info',
  title: 'Native sidecar setting does not match the sidecar',
  why: 'A native sidecar starts before the application and ends after it, but needs kubelets of 1.29 and later: on an older node the pod stays in Init, and holdApplicationUntilProxyStarts has no effect.',
  fix: 'Remove holdApplicationUntilProxyStarts where the sidecar is native; where it is not although requested, recreate the pod with Istio 1.19 or later; upgrade nodes that are too old, or remove the annotation.',
  references: [PAGES.sidecarContainers, PAGES.annotations],
  versions: 'the annotation: Istio 1.19 and later; the default: Istio 1.27 and later on nodes of Kubernetes 1.33',
  modes: ['sidecar'],
  needs: [],
  uses: ['nodes', 'sidecar'],
  check: ({pod}, {nodes, sidecar: proxy}) => {
    const native = proxy?.role === 'native-sidecar'
    const wanted = pod.annotations[NATIVE_SIDECAR_ANNOTATION] === 'true'
    const at = (name: string) => `${pod.metadataPath}.annotations["${name}"]`
    const found: Found[] = []
    const holding = HOLD.test(pod.annotations[PROXY_CONFIG_ANNOTATION] ?? '')
    if (native && holding) {
      found.push({
        message: 'holdApplicationUntilProxyStarts has no effect: the sidecar is native and always starts first.',
        path: at(PROXY_CONFIG_ANNOTATION),
        proof: [{from: at(PROXY_CONFIG_ANNOTATION), text: 'holdApplicationUntilProxyStarts: true'}],
      })
    }
    if (wanted && pod.exists && proxy?.role === 'app') {
      found.push({
        message: `${NATIVE_SIDECAR_ANNOTATION} is "true", but istio-proxy is an ordinary container: injection did not honour the annotation.`,
        path: at(NATIVE_SIDECAR_ANNOTATION),
        proof: [{from: at(NATIVE_SIDECAR_ANNOTATION), text: 'true'}],
      })
    }
    const old = wanted ? tooOld(nodes ?? []) : []
    if (old.length > 0) {
      found.push({
        severity: pod.status?.phase === 'Running' ? 'info' : 'warning',
        message: `${old.length} of ${nodes?.length} nodes have a kubelet older than 1.29, where a native sidecar keeps the pod in Init (1.28: behind a feature gate).`,
        path: at(NATIVE_SIDECAR_ANNOTATION),
        proof: old.slice(0, 3).map(({name, kubelet}) => ({from: `node ${name}`, text: `kubelet ${kubelet ?? ''}`})),
      })
    }
    if (wanted && nodes === undefined && found.length === 0)
      throw new Inconclusive('the kubelet versions of the nodes are unknown', 'not-captured')
    if (proxy === undefined && holding && pod.annotations[NATIVE_SIDECAR_ANNOTATION] !== 'false' && found.length === 0)
      throw new Inconclusive('it is unknown whether the sidecar would be a native one', 'not-captured')
    return found
  },
})
