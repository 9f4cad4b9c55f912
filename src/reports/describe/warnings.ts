import {podMode} from '../../analysis/pod-mode/pod-mode.js'
import type {Container, PodModel} from '../../model/kube/pod.js'

const SERVICE_NAMES = ['service.istio.io/canonical-name', 'app.kubernetes.io/name', 'app']
const SERVICE_REVISIONS = ['service.istio.io/canonical-revision', 'app.kubernetes.io/version', 'version']
const RESERVED_UID = 1337

/** An init container that exited with 0 counts as ready. */
function waiting({role, state}: Container): boolean {
  if (state === undefined || state.ready || role === 'ephemeral') return false
  return role !== 'init' || state.exitCode !== 0
}

function notReady({name, state}: Container): string {
  const why = [state?.reason, state?.message].filter(each => each !== undefined && each !== '').join(': ')
  return `container ${name} is not ready${why === '' ? '' : ` (${why})`}`
}

/** A warning, and the rule of check that reports the same in more detail. */
export interface PodWarning {
  readonly text: string
  readonly rule?: string
}

function bare(text: string): PodWarning {
  return {text}
}

function uidWarning(who: string): PodWarning {
  return {
    text: `${who} runs as uid ${RESERVED_UID}, which is the proxy's: its traffic bypasses the sidecar`,
    rule: 'proxy-uid',
  }
}

/** What istioctl warns about in a pod, from its object alone: not running, not ready, no sidecar, the proxy's uid, labels. */
export function podWarnings(pod: PodModel, outsideBecause?: string): readonly PodWarning[] {
  const mode = podMode(pod)
  const phase = pod.status?.phase
  const own = pod.containers.filter(({injected, security}) => !injected && security.runAsUser === RESERVED_UID)
  const lacks = (keys: readonly string[]) => keys.every(key => (pod.labels[key] ?? '') === '')
  const names = `(${SERVICE_NAMES.slice(1).join(' or ')})`
  const versions = `(${SERVICE_REVISIONS.slice(1).join(' or ')})`
  return [
    ...(phase === undefined || phase === 'Running' ? [] : [bare(`the pod is not running: ${phase}`)]),
    ...(pod.terminating ? [bare('the pod is being deleted')] : []),
    ...pod.containers.filter(waiting).map(each => bare(notReady(each))),
    ...(mode === 'none'
      ? [bare(`the pod is not in the mesh: ${outsideBecause ?? 'no sidecar and no ambient redirection'}`)]
      : []),
    // A gateway pod may run as the proxy's uid: none of its traffic is captured.
    ...(mode === 'sidecar' && pod.security.runAsUser === RESERVED_UID ? [uidWarning('the pod')] : []),
    ...(mode === 'gateway' ? [] : own).map(({name}) => uidWarning(`container ${name}`)),
    ...(lacks(SERVICE_NAMES)
      ? [{text: `no label names its service ${names}: telemetry uses the workload name`, rule: 'app-version-labels'}]
      : []),
    ...(lacks(SERVICE_REVISIONS) ? [bare(`no label names its version ${versions}: telemetry reports no version`)] : []),
  ]
}
