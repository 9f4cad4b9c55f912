import {injectedContainer, type PodModel} from '../../model/kube/pod.js'
import {commaList} from '../../model/text/comma-list.js'
import {initWords} from '../netfilter/expected-rules/from-init.js'

/** Which outbound TCP connections are redirected to Envoy, and where that is configured. */
export interface OutboundCapture {
  readonly includeRanges: readonly string[]
  readonly excludeRanges: readonly string[]
  readonly includePorts: readonly string[]
  readonly excludePorts: readonly string[]
  readonly from: 'istio-init' | 'annotations'
}

const PREFIX = 'traffic.sidecar.istio.io/'

/** What a pod's rules capture outbound: istio-init's -i, -x, -q and -o, else the annotations (istio-iptables flags). */
export function outboundCapture(pod: PodModel): OutboundCapture {
  const init = injectedContainer(pod, 'istio-init')
  const args = init === undefined ? [] : initWords(init)
  if (args.includes('-i')) {
    const argument = (flag: string) => commaList(args.includes(flag) ? args[args.indexOf(flag) + 1] : '')
    return {
      includeRanges: argument('-i'),
      excludeRanges: argument('-x'),
      includePorts: argument('-q'),
      excludePorts: argument('-o'),
      from: 'istio-init',
    }
  }
  const annotation = (name: string) => pod.annotations[`${PREFIX}${name}`]
  return {
    includeRanges:
      annotation('includeOutboundIPRanges') === undefined ? ['*'] : commaList(annotation('includeOutboundIPRanges')),
    excludeRanges: commaList(annotation('excludeOutboundIPRanges')),
    includePorts: commaList(annotation('includeOutboundPorts')),
    excludePorts: commaList(annotation('excludeOutboundPorts')),
    from: 'annotations',
  }
}
