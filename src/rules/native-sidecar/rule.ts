import {isOlder, parseIstioVersion} from '../../model/istio-version.js'
import type {NodeModel} from '../../model/kube-node.js'
import {defineRule, type Found, PAGES, Undecided} from '../rule.js'

const NATIVE = 'sidecar.istio.io/nativeSidecar'
const CONFIG = 'proxy.istio.io/config'
const HOLD = /holdApplicationUntilProxyStarts["']?\s*:\s*["']?true/

/** Nodes that run a native sidecar as a plain init container, which never ends (kubernetes.io, Sidecar Containers: usual from 1.29 on). */
function tooOld(nodes: readonly NodeModel[]): readonly NodeModel[] {
  return nodes.filter(({kubelet}) => isOlder(parseIstioVersion(kubelet), 1, 29))
}

export const rule = defineRule({
  code: 'MCT1420',
  slug: 'native-sidecar',
  aliases: [],
  severity: 'info',
  title: 'What was asked for and the kind of sidecar do not fit',
  why: 'A native sidecar is an init container that keeps running: it starts before the application and ends after it. It needs kubelets that know the kind (1.29 and later), and makes the settings for start and end order needless.',
  fix: 'Remove holdApplicationUntilProxyStarts where the sidecar is native; where it is not, though asked for, create the pod anew with Istio 1.19 or later; upgrade nodes that are too old, or remove the annotation.',
  references: [PAGES.sidecarContainers, PAGES.annotations],
  versions: 'the annotation from Istio 1.19 on; by itself from 1.27 on, on nodes of Kubernetes 1.33',
  modes: ['sidecar'],
  needs: [],
  uses: ['nodes', 'sidecar'],
  check: ({pod}, {nodes, sidecar: proxy}) => {
    const native = proxy?.role === 'native-sidecar'
    const wanted = pod.annotations[NATIVE] === 'true'
    const at = (name: string) => `${pod.metadataPath}.annotations["${name}"]`
    const found: Found[] = []
    const holding = HOLD.test(pod.annotations[CONFIG] ?? '')
    if (native && holding) {
      found.push({
        message: 'holdApplicationUntilProxyStarts has no effect: the sidecar is native and starts first by itself.',
        path: at(CONFIG),
        proof: [{from: at(CONFIG), text: 'holdApplicationUntilProxyStarts: true'}],
      })
    }
    if (wanted && pod.exists && proxy?.role === 'app') {
      found.push({
        message: `${NATIVE} is "true", but istio-proxy is an ordinary container: the pod was made without heeding it.`,
        path: at(NATIVE),
        proof: [{from: at(NATIVE), text: 'true'}],
      })
    }
    const old = wanted ? tooOld(nodes ?? []) : []
    if (old.length > 0) {
      found.push({
        severity: pod.status?.phase === 'Running' ? 'info' : 'warning',
        message: `${old.length} of ${nodes?.length} nodes have a kubelet older than 1.29: there a native sidecar keeps the pod in Init (1.28 knows them behind a feature gate).`,
        path: at(NATIVE),
        proof: old.slice(0, 3).map(({name, kubelet}) => ({from: `node ${name}`, text: `kubelet ${kubelet ?? ''}`})),
      })
    }
    if (wanted && nodes === undefined && found.length === 0)
      throw new Undecided('the kubelets of the nodes are not known', 'not-captured')
    if (proxy === undefined && holding && pod.annotations[NATIVE] !== 'false' && found.length === 0)
      throw new Undecided('whether the sidecar would be a native one is not known', 'not-captured')
    return found
  },
})
