import type {PeerPolicy} from '../../analysis/traffic-policy/peer-policies.js'
import {podLabel} from '../../model/kube-object.js'
import {objectLabel} from '../../model/pod.js'
import {MODE_WORDS} from '../../model/pod-mode.js'
import type {Cell, Doc} from '../../terminal/doc.js'
import type {View} from '../view.js'
import {peersData, policiesData, proxyData, serviceData} from './data.js'
import {
  gapLines,
  heading,
  lines,
  NO_GUARD,
  outcome,
  policyLines,
  serversText,
  serviceLines,
  UNGUARDED,
  wrongLines,
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
  if (pod === undefined) return `The proxy of ${podLabel(subject)}; its pod object is not there.`
  const state = pod.status?.ready === true ? 'ready' : `NOT ready (${pod.status?.phase ?? 'not running'})`
  const revised = revision === undefined ? '' : `, revision ${revision}`
  const wrong = findings.length + warnings.length + disagreements.length
  const worst = outcome({wrong, unasked, gaps: gaps.length})
  const mode_ = mode === 'unknown' ? 'may or may not be in the mesh' : MODE_WORDS[mode]
  return `Pod ${podLabel(subject)} of ${objectLabel(pod.workload)}: ${state}, ${mode_}${revised}. ${worst}`
}

function portLine({pod, declared}: DescribeReport): readonly Cell[] {
  if (pod === undefined) return []
  const ports = declared.map(
    ({port, protocol, container}) => `${port}${protocol === 'TCP' ? '' : `/${protocol}`} (${container})`,
  )
  return lines(ports.length === 0 ? 'It declares no ports.' : `It declares ${ports.join(', ')}.`)
}

function peerText({object, level, mode, ignored}: PeerPolicy): string {
  const fate = ignored === undefined ? '' : `; NOT in force: ${ignored}`
  return `PeerAuthentication ${object.name}.${object.namespace}: ${mode === 'UNSET' ? 'inherits' : mode}, ${level}-wide${fate}`.replace(
    'workload-wide',
    'by selector',
  )
}

function peerLines({peers, mode}: DescribeReport): readonly Cell[] {
  if (peers === undefined) return lines('mTLS it demands: not checked', 2, 'warn')
  const {workload, ports, policies} = peers
  const by = workload.by === undefined ? 'the default, no policy says otherwise' : objectLabel(workload.by)
  const servers = mode === 'gateway' ? '; the servers of its Gateways have their own TLS' : ''
  return [
    ...lines(`mTLS it demands: ${workload.mode} by ${by}${servers}`, 2),
    ...ports.flatMap(({port, mode: at, by: from}) =>
      lines(`port ${port}: ${at}${from === undefined ? '' : ` by ${objectLabel(from)}`}`, 4),
    ),
    ...policies.flatMap(each => lines(peerText(each), 4)),
  ]
}

function sidecarLines({sidecar, mode}: DescribeReport): readonly Cell[] {
  if (sidecar === undefined) return lines('Sidecar scope: not checked', 2, 'warn')
  if (sidecar === null)
    return lines(
      mode === 'gateway' ? 'no Sidecar scope: gateways have none' : 'no Sidecar: it knows every service of the mesh',
      2,
    )
  const {object, egress, outboundPolicy} = sidecar
  const others = outboundPolicy === '' ? '' : `, other hosts ${outboundPolicy}`
  return lines(`Sidecar ${object.name}.${object.namespace}: knows ${egress.join(', ') || 'everything'}${others}`, 2)
}

function syncLines({sync}: DescribeReport): readonly Cell[] {
  if (sync === undefined) return lines('configuration from istiod: not checked', 2, 'warn')
  if (sync.istiod === undefined) return lines('configuration: no istiod knows the proxy, it gets no changes', 2, 'bad')
  const states = sync.types.map(({type, state}) => `${type} ${state}`).join(', ')
  return [
    ...lines(`configuration from ${sync.istiod}: ${states || 'it asked for nothing'}`, 2),
    ...sync.types.flatMap(({type, error}) =>
      error === undefined ? [] : lines(`last error of ${type}: ${error}`, 4, 'bad'),
    ),
  ]
}

function servedLines({serves, mode}: DescribeReport): readonly Cell[] {
  if (mode !== 'gateway') return []
  if (serves === undefined) return lines('Gateways that choose it: not checked', 2, 'warn')
  if (serves.length === 0) return lines('no Gateway chooses it', 2)
  return serves.flatMap(each =>
    lines(
      `Gateway ${each.object.name}.${each.object.namespace}: ${serversText(each)} for ${[...new Set(each.servers.flatMap(({hosts}) => hosts))].join(', ')}`,
      2,
    ),
  )
}

function inboundLines({proxy}: DescribeReport): readonly Cell[] {
  const ports = (proxy?.inbound ?? []).map(({port, protocol, mtls}) => `${port}: ${protocol}, mTLS ${mtls}`)
  const rules = (each: readonly {readonly rule: string}[] | undefined) =>
    each === undefined ? 'not checked' : each.map(({rule}) => rule).join(', ') || 'none'
  return [
    ...heading('What its proxy was made from'),
    ...(proxy?.inbound === undefined
      ? lines('inbound ports: not checked', 2, 'warn')
      : ports.flatMap(each => lines(`port ${each}`, 2))),
    ...lines(`DestinationRules: ${rules(proxy?.destinationRules)}`, 2),
    ...lines(`VirtualServices: ${rules(proxy?.virtualServices)}`, 2),
  ]
}

function serviceBlocks({services, pod}: DescribeReport): readonly Cell[] {
  if (services === undefined) return pod === undefined ? [] : ['', ...lines('Services: not checked', 0, 'warn')]
  if (services.length === 0) return ['', 'No Service selects it.']
  return services.flatMap(serviceLines)
}

function guardLines(report: DescribeReport): readonly Cell[] {
  if (UNGUARDED.includes(report.mode)) return NO_GUARD
  return [
    ...heading('Rules for the pod'),
    ...servedLines(report),
    ...(report.pod === undefined ? [] : peerLines(report)),
    ...policyLines(report.policies, report.policiesInProxy, undefined),
    ...(report.pod === undefined ? [] : [...sidecarLines(report), ...syncLines(report)]),
  ]
}

function doc(report: DescribeReport, form: 'short' | 'table' | 'wide'): Doc {
  const head = lines(headline(report))
  if (form === 'short') return [{block: 'text', lines: head}]
  const text = [
    ...head,
    ...portLine(report),
    ...serviceBlocks(report),
    ...(report.pod === undefined || form === 'wide' ? inboundLines(report) : []),
    ...guardLines(report),
    ...wrongLines(report),
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
    disagreements: report.disagreements,
    warnings: report.warnings,
    findings: report.findings,
    notChecked: report.gaps,
  }),
}
