import type {PeerPolicy} from '../../analysis/traffic-policy/peer-policies.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {MODE_WORDS} from '../../model/istio/pod-mode.js'
import {isMachine, isOutsideKubernetes} from '../../model/kube/container-facts.js'
import {podLabel} from '../../model/kube/kube-object.js'
import {type Container, objectLabel, type PodModel} from '../../model/kube/pod.js'
import type {Doc, Line} from '../../terminal/doc.js'
import type {View} from '../view.js'
import {peersData, policiesData, proxyData, serviceData} from './data.js'
import {
  gapLines,
  heading,
  lines,
  MODES_WITHOUT_ENFORCER,
  NO_ENFORCER,
  outcome,
  policyLines,
  problemLines,
  serversText,
  serviceLines,
} from './lines.js'
import type {DescribeReport} from './report.js'

function headline({
  subject,
  pod,
  mode,
  revision,
  warnings,
  findings,
  unasked,
  disagreements,
  gaps,
}: DescribeReport): string {
  if (pod === undefined) return `The proxy of ${podLabel(subject)}; its pod object is missing.`
  const state = pod.status?.ready === true ? 'ready' : `NOT ready (${pod.status?.phase ?? 'not running'})`
  const revised = revision === undefined ? '' : `, revision ${revision}`
  const wrong = findings.length + warnings.length + disagreements.length
  const worst = outcome({wrong, unasked, gaps: gaps.length})
  const mode_ = mode === 'unknown' ? 'mesh membership unknown' : MODE_WORDS[mode]
  const name = isOutsideKubernetes(pod)
    ? `${podLabel(subject)} (${pod.workload.kind})`
    : isMachine(pod)
      ? `${objectLabel(pod.workload)}, a machine outside Kubernetes${pod.status?.podIps[0] === undefined ? '' : ` (${pod.status.podIps[0]})`}`
      : `Pod ${podLabel(subject)} of ${objectLabel(pod.workload)}`
  return `${name}: ${state}, ${mode_}${revised}. ${worst}`
}

function portLine({pod, declared}: DescribeReport): readonly Line[] {
  if (pod === undefined) return []
  const ports = declared.map(
    ({port, protocol, container}) => `${port}${protocol === 'TCP' ? '' : `/${protocol}`} (${container})`,
  )
  return lines(ports.length === 0 ? 'Container ports: none declared' : `Container ports: ${ports.join(', ')}`)
}

function membershipLines({membership}: DescribeReport): readonly Line[] {
  if (membership === undefined) return []
  const claims = membership.claims.map(({from, text}) => (text.startsWith(from) ? text : `${from}: ${text}`))
  return lines(`Mode by ${claims.join('; ')}`)
}

function containerText({name, security, args, image}: Container): string {
  const user = security.runAsUser === undefined ? 'user of the image' : `uid ${security.runAsUser}`
  const added = security.addedCapabilities.length === 0 ? '' : `, capabilities ${security.addedCapabilities.join(', ')}`
  const privileged = security.privileged === true ? ', privileged' : ''
  const command = args.length === 0 ? '' : `: ${args.join(' ')}`
  return `${name}: ${user}${added}${privileged}${image === '' ? '' : `, image ${image}`}${command}`
}

/** What runs outside Kubernetes, where users and capabilities decide what the mesh's rules do with it. */
function containerLines(pod: PodModel): readonly Line[] {
  return [
    ...heading('Containers'),
    ...pod.containers.flatMap(each => lines(containerText(each), 2)),
    '',
    ...lines('No Kubernetes runs it: Services, policies and injection of Kubernetes do not apply.'),
  ]
}

function peerText({object, level, mode, ignored}: PeerPolicy): string {
  const ignoredText = ignored === undefined ? '' : `; NOT in force: ${ignored}`
  return `PeerAuthentication ${object.name}.${object.namespace}: ${mode === 'UNSET' ? 'inherits' : mode}, ${level}-wide${ignoredText}`.replace(
    'workload-wide',
    'by selector',
  )
}

function peerLines({peers, mode}: DescribeReport): readonly Line[] {
  if (peers === undefined) return lines('inbound mTLS: not checked', 2, 'warn')
  const {workload, ports, policies} = peers
  const by = workload.by === undefined ? 'default, no policy applies' : objectLabel(workload.by)
  const servers =
    mode === 'gateway'
      ? '; the servers of its Gateways have their own TLS'
      : mode === 'ambient' && workload.mode === 'DISABLE'
        ? '; ztunnel ignores DISABLE: clients in ambient mode use mTLS (HBONE)'
        : ''
  return [
    ...lines(`inbound mTLS: ${workload.mode} (${by})${servers}`, 2),
    ...ports.flatMap(({port, mode: at, by: from}) =>
      lines(`port ${port}: ${at}${from === undefined ? '' : ` (${objectLabel(from)})`}`, 4),
    ),
    ...policies.flatMap(each => lines(peerText(each), 4)),
  ]
}

function sidecarLines({sidecar, mode}: DescribeReport): readonly Line[] {
  if (sidecar === undefined) return lines('Sidecar resource: not checked', 2, 'warn')
  if (sidecar === null)
    return lines(
      mode === 'gateway'
        ? 'Sidecar resource: not applicable to gateways'
        : 'no Sidecar resource: config for every service in the mesh',
      2,
    )
  const {object, egress, outboundPolicy} = sidecar
  const others = outboundPolicy === '' ? '' : `, other hosts ${outboundPolicy}`
  return lines(
    `Sidecar ${object.name}.${object.namespace}: config for ${egress.join(', ') || 'every service'}${others}`,
    2,
  )
}

function syncLines({sync, syncedBy}: DescribeReport): readonly Line[] {
  if (sync === undefined) return lines('sync with istiod: not checked', 2, 'warn')
  const who = syncedBy === undefined ? '' : ` of ztunnel ${syncedBy.name}`
  if (sync.istiod === undefined)
    return lines(`sync${who}: not connected to any istiod, so it receives no config updates`, 2, 'bad')
  const states = sync.types.map(({type, state}) => `${type} ${state}`).join(', ')
  return [
    ...lines(`sync${who} with ${sync.istiod}: ${states || 'no subscriptions'}`, 2),
    ...sync.types.flatMap(({type, error}) =>
      error === undefined ? [] : lines(`last error of ${type}: ${error}`, 4, 'bad'),
    ),
  ]
}

function servedLines({serves, mode}: DescribeReport): readonly Line[] {
  if (mode !== 'gateway') return []
  if (serves === undefined) return lines('Gateways that select it: not checked', 2, 'warn')
  if (serves.length === 0) return lines('no Gateway selects it', 2)
  return serves.flatMap(each =>
    lines(
      `Gateway ${each.object.name}.${each.object.namespace}: ${serversText(each)} for ${[...new Set(each.servers.flatMap(({hosts}) => hosts))].join(', ')}`,
      2,
    ),
  )
}

function inboundLines({proxy}: DescribeReport): readonly Line[] {
  const ports = (proxy?.inbound ?? []).map(({port, protocol, mtls}) => `${port}: ${protocol}, mTLS ${mtls}`)
  const rules = (each: readonly {readonly rule: string}[] | undefined) =>
    each === undefined ? 'not checked' : each.map(({rule}) => rule).join(', ') || 'none'
  return [
    ...heading('Proxy configuration'),
    ...(proxy?.inbound === undefined
      ? lines('inbound ports: not checked', 2, 'warn')
      : ports.flatMap(each => lines(`port ${each}`, 2))),
    ...lines(`DestinationRules: ${rules(proxy?.destinationRules)}`, 2),
    ...lines(`VirtualServices: ${rules(proxy?.virtualServices)}`, 2),
  ]
}

function serviceBlocks({services, pod}: DescribeReport): readonly Line[] {
  if (services === undefined) return pod === undefined ? [] : ['', ...lines('Services: not checked', 0, 'warn')]
  if (services.length === 0) return ['', 'No Service selects this pod.']
  return services.flatMap(serviceLines)
}

function hasWaypointPolicies(services: DescribeReport['services']): boolean {
  return services?.some(({waypoint}) => (waypoint?.policies.length ?? 0) > 0) ?? false
}

function policySection(report: DescribeReport): readonly Line[] {
  if (MODES_WITHOUT_ENFORCER.includes(report.mode)) return NO_ENFORCER
  return [
    ...heading('Policies for the pod'),
    ...servedLines(report),
    ...(report.pod === undefined ? [] : peerLines(report)),
    ...policyLines(report.policies, report.policiesInProxy, undefined, hasWaypointPolicies(report.services)),
    ...(report.pod === undefined ? [] : [...sidecarLines(report), ...syncLines(report)]),
  ]
}

function doc(report: DescribeReport, form: 'short' | 'table' | 'wide'): Doc {
  const head = lines(headline(report))
  if (form === 'short') return [{block: 'text', lines: head}]
  if (report.pod !== undefined && isOutsideKubernetes(report.pod)) {
    const own = [...portLine(report), ...containerLines(report.pod), ...inboundLines(report)]
    return [{block: 'text', lines: [...head, ...own, ...problemLines(report), ...gapLines(report.gaps)]}]
  }
  const text = [
    ...head,
    ...portLine(report),
    ...(form === 'wide' || (report.membership?.disagreements.length ?? 0) > 0 ? membershipLines(report) : []),
    ...serviceBlocks(report),
    ...(report.pod === undefined || form === 'wide' ? inboundLines(report) : []),
    ...policySection(report),
    ...problemLines(report),
    ...gapLines(report.gaps),
  ]
  return [{block: 'text', lines: text}]
}

/** A pod and its Services as one page. */
export const describeView: View<DescribeReport> = {
  doc,
  showsGaps: true,
  data: report => ({
    apiVersion: 'meshctl/v1',
    kind: 'PodDescription',
    pod: report.subject.implied === true ? null : {namespace: report.subject.namespace, name: report.subject.name},
    workload: report.pod?.workload ?? null,
    revision: report.revision ?? null,
    mode: report.mode,
    ready: report.pod?.status?.ready ?? null,
    phase: report.pod?.status?.phase ?? null,
    ports: report.declared.map(({port, protocol, container, name}) => ({
      port,
      protocol,
      container,
      name: name ?? null,
    })),
    services: report.services?.map(serviceData) ?? null,
    gateways: report.serves ?? null,
    peerAuthentication: report.peers === undefined ? null : peersData(report.peers),
    authorizationPolicies: policiesData(report.policies),
    authorizationPoliciesInProxy: report.policiesInProxy,
    proxy: proxyData(report.proxy),
    sidecar: report.sidecar === undefined ? null : (report.sidecar ?? {default: true}),
    sync: report.sync ?? null,
    ...definedFields({syncedBy: report.syncedBy, membership: report.membership}),
    disagreements: report.disagreements,
    warnings: report.warnings,
    findings: report.findings,
    notChecked: report.gaps,
  }),
}
