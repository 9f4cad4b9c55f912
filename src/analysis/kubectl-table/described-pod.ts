import type {DescribedContainer, DescribedPod} from '../../model/kube/described-pod.js'
import {failureCause} from '../pod-failures/causes.js'
import {waitingForProxy} from './described-init.js'

const MESH = new Set(['istio-init', 'istio-proxy', 'istio-validation', 'linkerd-init', 'linkerd-proxy'])

/** What the exit codes of containers mean (exit status of a shell and of signals, 128 + N). */
function exitText(code: number | undefined): string {
  if (code === undefined) return ''
  const meaning =
    code === 137
      ? ' (killed: SIGKILL, often memory)'
      : code === 143
        ? ' (SIGTERM)'
        : code === 139
          ? ' (crashed: SIGSEGV)'
          : ''
  return `, exit code ${code}${meaning}`
}

/** True for a container whose image was not there, so that it has not run and has no log. */
function lacksImage({reason}: DescribedContainer): boolean {
  return /Image/.test(reason)
}

function imageAdvice(container: DescribedContainer): string {
  const {image, reason} = container
  return lacksImage(container) && image !== '' ? `: image ${image}. ${failureCause(reason, '')?.fix ?? ''}` : ''
}

function sentence(container: DescribedContainer): string | undefined {
  const {name, init, state, reason, lastReason, lastExitCode, lastMessage, ready, restarts} = container
  const again = restarts > 0 ? `, restarted ${restarts} times` : ''
  const last = lastReason === '' ? '' : `; its last run ended with ${lastReason}${exitText(lastExitCode)}`
  const said = lastMessage === '' ? '' : `: ${lastMessage}`
  const kind = init ? 'init container' : 'container'
  if (state === 'Waiting' && reason !== '' && reason !== 'PodInitializing')
    return `${kind} ${name} is waiting: ${reason}${again}${last}${said}${imageAdvice(container)}`
  if (state === 'Terminated' && !(init && reason === 'Completed'))
    return `${kind} ${name} has ended: ${reason}${exitText(lastExitCode)}${said}`
  if (state === 'Running' && !ready && !init) return `${kind} ${name} runs and is not ready${again}${last}`
  return restarts > 0 ? `${kind} ${name} runs now${again}${last}` : undefined
}

/** What a described pod shows of its containers, and whose turn it is to be looked at: an init container that fails holds up all others. */
export function describedFindings({name, status, containers}: DescribedPod): readonly string[] {
  const found = containers.flatMap(each => sentence(each) ?? [])
  const failing = containers.find(each => each.init && each.state === 'Waiting' && each.reason !== 'PodInitializing')
  const log =
    failing === undefined
      ? []
      : [
          lacksImage(failing)
            ? `all other containers wait for ${failing.name}`
            : `all other containers wait for ${failing.name}; its log says why: kubectl logs ${name || 'POD'} -c ${failing.name} --previous`,
        ]
  const proxy = containers.some(each => /^(istio-proxy|linkerd-proxy)$/.test(each.name))
  const mesh = containers.length > 0 && !containers.some(each => MESH.has(each.name)) ? ['it has no sidecar'] : []
  const head = status === '' ? [] : [`pod ${name} is ${status}${proxy ? ', with a sidecar' : ''}`]
  return [...head, ...found, ...log, ...waitingForProxy(containers), ...mesh]
}
