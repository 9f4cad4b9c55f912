import {podMode} from '../../analysis/pod-mode/pod-mode.js'
import {textMapOf} from '../../formats/decode.js'
import {UserError} from '../../model/evidence/user-error.js'
import {INJECT_LABEL, INJECTION_LABEL, REVISION_LABEL} from '../../model/istio/mesh-keys.js'
import {type PodRef, podLabel} from '../../model/kube/kube-object.js'
import {hasEnded, type PodModel} from '../../model/kube/pod.js'
import type {Source} from '../../sources/source.js'
import {readPodObject} from './objects.js'

/** Why a pod was not injected, from its own label and its namespace's (Istio's injection labels). */
async function whyNot(source: Source, pod: PodModel): Promise<string> {
  for (const [where, values] of [
    ['label', pod.labels],
    ['annotation', pod.annotations],
  ] as const) {
    const value = values[INJECT_LABEL]
    if (value !== undefined && value !== 'true') return `: its ${where} ${INJECT_LABEL} is ${JSON.stringify(value)}`
  }
  const {namespace} = pod.object
  const answer = await source.objects({kind: 'Namespace', name: namespace ?? ''})
  const [found] = answer.ok ? answer.value : []
  if (found === undefined) return ''
  const labels = textMapOf(found, 'metadata', 'labels')
  const injection = labels[INJECTION_LABEL]
  if (injection !== undefined && injection !== 'enabled')
    return `: namespace ${namespace} has the label istio-injection=${injection}`
  if (injection === undefined && labels[REVISION_LABEL] === undefined && pod.labels[REVISION_LABEL] === undefined)
    return `: namespace ${namespace} has no injection label`
  return ''
}

/** The error for a pod that is a ztunnel, which istiod gives workloads and policies but no Envoy configuration; undefined for any other. */
export async function ztunnelInstead(source: Source, subject: PodRef): Promise<UserError | undefined> {
  const pod = subject.implied === true ? undefined : await readPodObject(source, subject)
  return pod?.ok === true && podMode(pod.value) === 'ztunnel' ? noEnvoyIn(subject) : undefined
}

function noEnvoyIn(ztunnel: PodRef): UserError {
  return new UserError(`${podLabel(ztunnel)} is a ztunnel: it has no Envoy to query`, {
    next: `meshctl ztunnel-config all ${podLabel(ztunnel)}`,
  })
}

/** Replaces an error about missing evidence if the pod has no proxy that could provide it; otherwise returns the same error. */
export async function explainedBySidecar(error: unknown, source: Source, subject: PodRef): Promise<unknown> {
  if (!(error instanceof UserError) || error.gap === undefined || subject.implied === true) return error
  if (['unreadable', 'truncated', 'too-large'].includes(error.gap.reason)) return error
  const pod = await readPodObject(source, subject)
  if (!pod.ok) return error
  const phase = pod.value.status?.phase
  if (hasEnded(phase)) {
    return new UserError(`${podLabel(subject)} has finished (${phase}): its containers no longer run`, {
      hint: 'A finished pod can no longer be queried; its logs remain as long as it exists.',
      next: `kubectl logs -n ${subject.namespace} ${subject.name} -c istio-proxy`,
      gap: {...error.gap, reason: 'not-running', detail: `the pod has finished (${phase})`},
    })
  }
  if (podMode(pod.value) === 'ztunnel') return noEnvoyIn(subject)
  if (pod.value.labels.app === 'istiod') {
    return new UserError(`${podLabel(subject)} is istiod: it has no Envoy to query`, {next: 'meshctl proxy-status'})
  }
  if (podMode(pod.value) !== 'none') return error
  return new UserError(`${podLabel(subject)} has no sidecar${await whyNot(source, pod.value)}`, {
    hint: 'It has no Envoy to query.',
    next: `meshctl check-inject ${podLabel(subject)}   # shows why it is not injected`,
  })
}
