import {podMode} from '../../analysis/pod-mode/pod-mode.js'
import type {Container, PodModel} from '../../model/pod.js'

const SERVICE_NAMES = ['service.istio.io/canonical-name', 'app.kubernetes.io/name', 'app']
const SERVICE_REVISIONS = ['service.istio.io/canonical-revision', 'app.kubernetes.io/version', 'version']
const RESERVED_UID = 1337

/** Init containers that have ended well are as ready as they will ever be. */
function waiting({role, state}: Container): boolean {
  if (state === undefined || state.ready || role === 'ephemeral') return false
  return role !== 'init' || state.exitCode !== 0
}

function notReady({name, state}: Container): string {
  const why = [state?.reason, state?.message].filter(each => each !== undefined && each !== '').join(': ')
  return `container ${name} is not ready${why === '' ? '' : ` (${why})`}`
}

/** A warning, and the rule of check that says the same at more length. */
export interface PodWarning {
  readonly text: string
  readonly rule?: string
}

function bare(text: string): PodWarning {
  return {text}
}

function uidWarning(who: string): PodWarning {
  return {
    text: `${who} runs as uid ${RESERVED_UID}, the proxy's own: its traffic passes the sidecar by`,
    rule: 'proxy-uid',
  }
}

/** What istioctl warns of in a pod, from its object alone: not running, not ready, no sidecar, the proxy's uid, labels. */
export function podWarnings(pod: PodModel): readonly PodWarning[] {
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
    ...(mode === 'none' ? [bare('it is not part of the mesh: no sidecar, and no ambient redirection')] : []),
    // The whole pod of a gateway may run as the proxy does: nothing of it is captured.
    ...(mode === 'sidecar' && pod.security.runAsUser === RESERVED_UID ? [uidWarning('the pod')] : []),
    ...(mode === 'gateway' ? [] : own).map(({name}) => uidWarning(`container ${name}`)),
    ...(lacks(SERVICE_NAMES)
      ? [{text: `no label names its service ${names}: telemetry guesses`, rule: 'app-version-labels'}]
      : []),
    ...(lacks(SERVICE_REVISIONS) ? [bare(`no label names its version ${versions}: telemetry has none`)] : []),
  ]
}
