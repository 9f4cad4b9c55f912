import type {Finding} from '../../model/finding.js'
import {MODE_WORDS, type PodMode} from '../../model/istio/pod-mode.js'
import {objectLabel} from '../../model/kube/pod.js'
import {humanCount} from '../../model/text/human-count.js'
import type {Doc, Line} from '../../terminal/doc.js'
import type {View} from '../view.js'
import {policiesData, serviceData} from './data.js'
import {
  gapLines,
  heading,
  lines,
  MODES_WITHOUT_ENFORCER,
  NO_ENFORCER,
  outcome,
  policyLines,
  problemLines,
  serviceLines,
} from './lines.js'
import type {BackingPod, ServiceReport} from './service-report.js'

/** Whether the pods are in the mesh; the control plane and ztunnels are listed apart. */
function meshText(pods: readonly BackingPod[]): string {
  const count = (...modes: readonly PodMode[]) => pods.filter(({mode}) => modes.includes(mode)).length
  const [outside, control, ztunnel] = [count('none'), count('control-plane'), count('ztunnel')]
  if (outside === pods.length) return 'NONE of them in the mesh'
  const apart = [
    ...(outside === 0 ? [] : [`${outside} of them NOT in the mesh`]),
    ...(control === 0 ? [] : ['the control plane itself, which has no sidecar']),
    ...(ztunnel === 0 ? [] : ['ztunnels, which have no sidecar']),
  ]
  return apart.length === 0 ? 'all in the mesh' : apart.join(', ')
}

function podsText({pods, unseen}: ServiceReport): string {
  if (pods === undefined) return '; its pods were not checked.'
  if (pods.length === 0)
    return unseen.length === 0 ? ' has NO PODS.' : ` has ${humanCount(unseen.length, 'pod')}, not captured.`
  const ready = pods.filter(each => each.ready).length
  const more = unseen.length === 0 ? '' : `; ${unseen.length} more not captured`
  return `: ${humanCount(pods.length, 'pod')}, ${ready} ready, ${meshText(pods)}${more}.`
}

/** The number of problems. */
function problemCount({pods, mixed, disagreements, findings}: ServiceReport): number {
  const warnings = (pods ?? []).reduce((sum, each) => sum + each.warnings.length, 0)
  return warnings + mixed.length + disagreements.length + findings.length
}

function headline(report: ServiceReport): string {
  const {description, unasked, gaps} = report
  const {service} = description
  const name = `Service ${service.object.name}.${service.object.namespace}`
  if (service.type === 'ExternalName') return `${name} is an alias for an external host (ExternalName); it has no pods.`
  if (Object.keys(service.selector).length === 0)
    return `${name} has no selector: its endpoints are not selected by labels${report.written === undefined ? '.' : `; EndpointSlices list ${report.written.join(', ')}.`}`
  const wrong = problemCount(report)
  const verdict = wrong + unasked === 0 ? '' : ` ${outcome({wrong, unasked, gaps: gaps.length})}`
  return `${name}${podsText(report)}${verdict}`
}

/** Findings as lines; for a Service with several workloads each names the workloads it was found in. */
function foundIn({findings, pods}: ServiceReport): readonly Pick<Finding, 'severity' | 'code' | 'message'>[] {
  const workloads = new Set((pods ?? []).map(({workload}) => objectLabel(workload)))
  const groups = new Map<string, {readonly finding: Finding; readonly where: string[]}>()
  for (const finding of findings) {
    const key = [finding.code, objectLabel(finding.object), finding.path, finding.message].join('\u0000')
    const known = groups.get(key) ?? {finding, where: []}
    known.where.push(objectLabel(finding.workload))
    groups.set(key, known)
  }
  return [...groups.values()].map(({finding: {severity, code, message}, where}) => ({
    severity,
    code,
    message: workloads.size > 1 && where.length < workloads.size ? `${message} (in ${where.join(', ')})` : message,
  }))
}

function podLines({pods, seenIn}: ServiceReport): readonly Line[] {
  if (pods === undefined || pods.length === 0) return []
  return [
    ...heading('Pods'),
    ...pods.flatMap(({name, mode, ready, phase, warnings}) => {
      const state = ready ? 'ready' : `NOT ready (${phase})`
      return [
        ...lines(`${name}: ${state}, ${MODE_WORDS[mode]}`, 2, ready ? undefined : 'warn'),
        ...warnings.flatMap(each => lines(`WARNING ${each}`, 4, 'warn')),
      ]
    }),
    ...(seenIn === undefined
      ? lines('none of their proxies could be read', 2, 'warn')
      : lines(`proxy configuration read from ${seenIn}`, 2, 'dim')),
  ]
}

function doc(report: ServiceReport, form: 'short' | 'table' | 'wide'): Doc {
  const head = lines(headline(report))
  if (form === 'short') return [{block: 'text', lines: head}]
  const {description, pods, policies, policiesInProxy, mixed, disagreements, gaps} = report
  const unguarded =
    pods !== undefined && pods.length > 0 && pods.every(({mode}) => MODES_WITHOUT_ENFORCER.includes(mode))
  const text: readonly Line[] = [
    ...head,
    ...serviceLines(description),
    ...mixed.flatMap(({port, modes}) => {
      const words = modes.map(({mode, pods: names}) => `${mode} in ${names.join(', ')}`)
      return lines(`port ${port}: mTLS differs between pods: ${words.join('; ')}`, 2, 'warn')
    }),
    ...(unguarded ? NO_ENFORCER : []),
    ...(unguarded || (pods?.length ?? 0) === 0
      ? []
      : [
          ...heading('Policies for its pods'),
          ...policyLines(policies, policiesInProxy, pods?.length, (description.waypoint?.policies.length ?? 0) > 0),
        ]),
    ...podLines(report),
    ...problemLines({warnings: [], disagreements, findings: foundIn(report)}),
    ...gapLines(gaps),
  ]
  return [{block: 'text', lines: text}]
}

/** A Service and what routes to it as one page. */
export const serviceView: View<ServiceReport> = {
  doc,
  showsGaps: true,
  data: ({description, pods, unseen, seenIn, mixed, policies, policiesInProxy, disagreements, findings, gaps}) => ({
    apiVersion: 'meshctl/v1',
    kind: 'ServiceDescription',
    service: serviceData(description),
    pods: pods ?? null,
    podsNotCaptured: unseen,
    seenIn: seenIn ?? null,
    mixedModes: mixed,
    authorizationPolicies: policiesData(policies),
    authorizationPoliciesInProxy: policiesInProxy,
    disagreements,
    findings,
    notChecked: gaps,
  }),
}
