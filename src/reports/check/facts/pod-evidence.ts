import {readSockets, unreadSockets} from '../../../evidence/pod/sockets.js'
import {parseCerts} from '../../../formats/envoy/envoy-certs.js'
import {parseSections, section} from '../../../formats/envoy-config-dump/parse.js'
import {pendingResources} from '../../../formats/envoy-config-dump/pending.js'
import {parseIpAddresses} from '../../../formats/netfilter/ip-facts.js'
import {parseConnections} from '../../../formats/sockets/connections.js'
import {type Answer, answered, missing} from '../../../model/evidence/answer.js'
import type {EvidenceId} from '../../../model/evidence/evidence.js'
import {STATUS_ANNOTATION} from '../../../model/istio/mesh-keys.js'
import {injectedContainer} from '../../../model/kube/pod.js'
import {FACT_LABELS, type FactName, type Facts} from '../../../rules/facts.js'
import {notInspected, type PodContext, refOf} from './context.js'

/** One piece of textual evidence of the pod. */
async function podText(context: PodContext, name: FactName, id: EvidenceId): Promise<Answer<string>> {
  const gap = notInspected(context, name)
  if (gap !== undefined) return gap
  const answer = await context.run.source.evidence(id, refOf(context.workload.pod))
  return answer.ok ? answered(Buffer.from(answer.value.bytes).toString('utf8')) : answer
}

/** The log of the sidecar. */
export async function proxyLog(context: PodContext): Promise<Answer<Facts['proxyLog']>> {
  return await podText(context, 'proxyLog', 'log.istio-proxy')
}

/** The log of istio-init. */
export async function initLog(context: PodContext): Promise<Answer<Facts['initLog']>> {
  return await podText(context, 'initLog', 'log.istio-init')
}

/** The pod's listening sockets, only when every line could be read: rules conclude from missing sockets. */
export async function sockets(context: PodContext): Promise<Answer<Facts['sockets']>> {
  const gap = notInspected(context, 'sockets')
  if (gap !== undefined) return gap
  const answer = await readSockets(context.run.source, refOf(context.workload.pod))
  const unread = answer.ok ? unreadSockets(answer.value) : undefined
  return unread === undefined ? answer : missing(unread.what, unread.reason, unread.detail)
}

/** The connections of the pod as its kernel lists them (/proc/net/tcp and tcp6). */
export async function connections(context: PodContext): Promise<Answer<Facts['connections']>> {
  const answer = await podText(context, 'connections', 'net.proc')
  if (!answer.ok) return answer
  const found = parseConnections(answer.value)
  return found.listening.length > 0
    ? answered(found)
    : missing(FACT_LABELS.connections, 'unreadable', 'no listener recognised, although a sidecar always has some')
}

/** The names of the interfaces the pod has now (`ip addr`). */
export async function interfaces(context: PodContext): Promise<Answer<Facts['interfaces']>> {
  const answer = await podText(context, 'interfaces', 'net.ip-addr')
  if (!answer.ok) return answer
  const found = parseIpAddresses(answer.value)
  return found.length > 0
    ? answered(found.map(({name}) => name))
    : missing(FACT_LABELS.interfaces, 'unreadable', 'no interface recognised')
}

/** Envoy's certificates with the time they were read. */
export async function certificates(context: PodContext): Promise<Answer<Facts['certificates']>> {
  const gap = notInspected(context, 'certificates')
  if (gap !== undefined) return gap
  const page = await context.run.source.evidence('envoy.certs', refOf(context.workload.pod))
  if (!page.ok) return page
  const parsed = parseCerts(page.value)
  const captured = new Date(page.value.provenance.capturedAt ?? '')
  return parsed.ok
    ? answered({all: parsed.value, at: Number.isNaN(captured.getTime()) ? context.run.at : captured})
    : parsed
}

/** The secrets Envoy asked for and has not received (Envoy's config_dump, SecretsConfigDump). */
export async function pendingSecrets(context: PodContext): Promise<Answer<Facts['pendingSecrets']>> {
  const gap = notInspected(context, 'pendingSecrets')
  if (gap !== undefined) return gap
  const query = {sections: ['secrets'] as const}
  const page = await context.run.source.evidence('envoy.config_dump', refOf(context.workload.pod), query)
  if (!page.ok) return page
  const dump = parseSections(page.value, ['Secrets'])
  if (!dump.ok) return dump
  const secrets = section(dump.value, 'Secrets')
  // A proxy that never asked for a secret has no such section.
  return answered(secrets.ok ? pendingResources(secrets.value, 'Secrets') : [])
}

/** The status of an existing pod. */
export async function status({workload: {pod}}: PodContext): Promise<Answer<Facts['status']>> {
  return pod.status === undefined
    ? missing(FACT_LABELS.status, 'not-captured', 'a manifest has no running pod')
    : answered(pod.status)
}

/**
 * The complete proxy container: of a pod, of an injected template (`istioctl kube-inject` leaves its annotation), or one written by
 * hand with its own command. A template that only overrides fields does not show what injection adds.
 */
export async function sidecar({workload: {pod}}: PodContext): Promise<Answer<Facts['sidecar']>> {
  const proxy = injectedContainer(pod, 'istio-proxy')
  if (pod.exists) {
    return proxy === undefined
      ? missing(FACT_LABELS.sidecar, 'not-applicable', 'the pod has no container istio-proxy')
      : answered(proxy)
  }
  const complete = proxy?.args.includes('proxy') === true || pod.annotations[STATUS_ANNOTATION] !== undefined
  return proxy !== undefined && complete
    ? answered(proxy)
    : missing(FACT_LABELS.sidecar, 'not-captured', 'a manifest does not show injected containers')
}
