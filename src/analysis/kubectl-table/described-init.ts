import type {DescribedContainer} from '../../model/kube/described-pod.js'
import {networkCalls} from '../command-line/network-calls.js'

const RULES = ['istio-init', 'istio-validation']
const ADVICE =
  'To fix it, use a native sidecar, run it as uid 1337, or set traffic.sidecar.istio.io/excludeOutboundPorts'

function isWaitingForInit({state, reason}: DescribedContainer): boolean {
  return state === 'Waiting' && reason === 'PodInitializing'
}

/** The init containers of the application that run while traffic is captured: with the CNI plugin all, else those after istio-init. */
function captured(containers: readonly DescribedContainer[]): readonly DescribedContainer[] {
  const inits = containers.filter(({init}) => init)
  const cni = inits.some(({name}) => name === 'istio-validation')
  const rules = inits.findIndex(({name}) => name === 'istio-init')
  const late = cni ? inits : rules < 0 ? [] : inits.slice(rules + 1)
  return late.filter(({name}) => !RULES.includes(name) && name !== 'istio-proxy')
}

function needSentence(container: DescribedContainer): string | undefined {
  const {name, command, args, variables, image, state, reason, lastExitCode = 0} = container
  if (state === 'Terminated' && reason === 'Completed') return undefined
  const calls = networkCalls({image, command, args, variables}, []).filter(({where}) => where !== 'own')
  const call = calls.find(({where}) => where === 'remote') ?? calls[0]
  if (call === undefined && lastExitCode === 0) return undefined
  const what =
    call === undefined
      ? 'fails; if it needs the network: it'
      : call.host === undefined
        ? `calls the network (${call.program}): it`
        : `calls ${call.host} (${call.program}): it`
  return `init container ${name} ${what} runs after traffic capture is set up and before istio-proxy, so its connections are refused unless it runs as uid 1337 or its port is excluded (kubectl describe does not show the uid). ${ADVICE}`
}

/** The init container that runs the proxy, and for which the others wait. */
function proxyAmongInits(containers: readonly DescribedContainer[]): readonly string[] {
  const proxy = containers.find(({name, init}) => init && name === 'istio-proxy')
  const others = containers.filter(({init}) => !init)
  if (proxy?.state !== 'Running' || proxy.ready || !others.some(isWaitingForInit)) return []
  return [
    'istio-proxy is an init container that runs and is not ready, and the application waits for it. A native sidecar is still starting then (its log says why); without restartPolicy: Always it is an ordinary init container that never ends. kubectl describe does not show that field: kubectl get pod -o yaml',
  ]
}

/** Who waits for a proxy that runs too late: init containers before it, or an application behind one that is not ready. */
export function waitingForProxy(containers: readonly DescribedContainer[]): readonly string[] {
  const proxy = containers.find(({name, init}) => !init && name === 'istio-proxy')
  const needs =
    proxy === undefined || !isWaitingForInit(proxy)
      ? []
      : captured(containers).flatMap(each => needSentence(each) ?? [])
  return [...needs, ...proxyAmongInits(containers)]
}
