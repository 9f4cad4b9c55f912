import {injectedContainer, type PodModel} from '../../model/kube/pod.js'
import {commaList} from '../../model/text/comma-list.js'
import {initWords} from '../netfilter/expected-rules/from-init.js'

/** Which inbound TCP ports are redirected to Envoy, and where that is configured. */
export interface InboundCapture {
  readonly include: '*' | readonly number[]
  readonly exclude: readonly number[]
  readonly interception: 'REDIRECT' | 'TPROXY' | 'NONE'
  readonly from: 'istio-init' | 'annotations'
}

/** Ports the injection template always excludes: metrics, health, the agent. */
const ALWAYS_EXCLUDED = [15090, 15021, 15020]
const PREFIX = 'traffic.sidecar.istio.io/'

function numbers(text: string): readonly number[] {
  return commaList(text)
    .filter(each => /^\d{1,5}$/.test(each))
    .map(Number)
}

function included(text: string | undefined): '*' | readonly number[] {
  return text === undefined || text.trim() === '*' ? '*' : numbers(text)
}

function modeOf(text: string | undefined): InboundCapture['interception'] {
  return text === 'TPROXY' || text === 'NONE' ? text : 'REDIRECT'
}

function argument(args: readonly string[], flag: string): string | undefined {
  const at = args.indexOf(flag)
  return at < 0 ? undefined : args[at + 1]
}

/** What a pod's rules capture inbound: the arguments istio-init ran with, else (CNI, templates) the annotations. */
export function inboundCapture(pod: PodModel): InboundCapture {
  const init = injectedContainer(pod, 'istio-init')
  const words = init === undefined ? [] : initWords(init)
  if (words.includes('-b')) {
    return {
      include: included(argument(words, '-b')),
      exclude: numbers(argument(words, '-d') ?? ''),
      interception: modeOf(argument(words, '-m')),
      from: 'istio-init',
    }
  }
  return {
    include: included(pod.annotations[`${PREFIX}includeInboundPorts`]),
    exclude: [...ALWAYS_EXCLUDED, ...numbers(pod.annotations[`${PREFIX}excludeInboundPorts`] ?? '')],
    interception: modeOf(pod.annotations['sidecar.istio.io/interceptionMode']),
    from: 'annotations',
  }
}

/** True when connections to the port reach Envoy first; with an include list the exclude list is ignored (istio-iptables). */
export function isCaptured(capture: InboundCapture, port: number): boolean {
  if (capture.interception === 'NONE') return false
  return capture.include === '*' ? !capture.exclude.includes(port) : capture.include.includes(port)
}
