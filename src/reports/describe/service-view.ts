import type {Finding} from '../../model/finding.js'
import {humanCount} from '../../model/human-count.js'
import {objectLabel} from '../../model/pod.js'
import {MODE_WORDS, type PodMode} from '../../model/pod-mode.js'
import type {Cell, Doc} from '../../terminal/doc.js'
import type {View} from '../view.js'
import {policiesData, serviceData} from './data.js'
import {gapLines, heading, lines, NO_GUARD, outcome, policyLines, serviceLines, UNGUARDED, wrongLines} from './lines.js'
import type {BackingPod, ServiceReport} from './service-report.js'

/** Whether its pods are in the mesh; the control plane and ztunnels serve it without being part of what they guard. */
function meshWords(pods: readonly BackingPod[]): string {
  const count = (...modes: readonly PodMode[]) => pods.filter(({mode}) => modes.includes(mode)).length
  const [outside, control, ztunnel] = [count('none'), count('control-plane'), count('ztunnel')]
  if (outside === pods.length) return 'NONE of them in the mesh'
  const apart = [
    ...(outside === 0 ? [] : [`${outside} of them NOT in the mesh`]),
    ...(control === 0 ? [] : ['the control plane itself, which no sidecar guards']),
    ...(ztunnel === 0 ? [] : ['ztunnels, which no sidecar guards']),
  ]
  return apart.length === 0 ? 'all in the mesh' : apart.join(', ')
}

function podWords({pods, unseen}: ServiceReport): string {
  if (pods === undefined) return '; its pods were not checked.'
  if (pods.length === 0)
    return unseen.length === 0 ? ' has NO PODS.' : ` has ${humanCount(unseen.length, 'pod')}, not captured.`
  const ready = pods.filter(each => each.ready).length
  const more = unseen.length === 0 ? '' : `; ${unseen.length} more not captured`
  return `: ${humanCount(pods.length, 'pod')}, ${ready} ready, ${meshWords(pods)}${more}.`
}

/** How many things a person should look at. */
function wrongCount({pods, mixed, disagreements, findings}: ServiceReport): number {
  const warnings = (pods ?? []).reduce((sum, each) => sum + each.warnings.length, 0)
  return warnings + mixed.length + disagreements.length + findings.length
}

function headline(report: ServiceReport): string {
  const {description, unasked, gaps} = report
  const {service} = description
  const name = `Service ${service.object.name}.${service.object.namespace}`
  if (service.type === 'ExternalName') return `${name} is another name for a host outside; it has no pods.`
  if (Object.keys(service.selector).length === 0)
    return `${name} has no selector: its endpoints are not found by labels.`
  const wrong = wrongCount(report)
  const told = wrong + unasked === 0 ? '' : ` ${outcome({wrong, unasked, gaps: gaps.length})}`
  return `${name}${podWords(report)}${told}`
}

/** Findings as lines; those of a Service with several workloads say in which they were found. */
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

function podLines({pods, seenIn}: ServiceReport): readonly Cell[] {
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
      ? lines('no proxy of them could be looked at', 2, 'warn')
      : lines(`what the proxy does was seen in ${seenIn}`, 2, 'dim')),
  ]
}

function doc(report: ServiceReport, form: 'short' | 'table' | 'wide'): Doc {
  const head = lines(headline(report))
  if (form === 'short') return [{block: 'text', lines: head}]
  const {description, pods, policies, policiesInProxy, mixed, disagreements, gaps} = report
  const unguarded = pods !== undefined && pods.length > 0 && pods.every(({mode}) => UNGUARDED.includes(mode))
  const text: readonly Cell[] = [
    ...head,
    ...serviceLines(description),
    ...mixed.flatMap(({port, modes}) => {
      const words = modes.map(({mode, pods: names}) => `${mode} in ${names.join(', ')}`)
      return lines(`port ${port} is not guarded alike: ${words.join('; ')}`, 2, 'warn')
    }),
    ...(unguarded ? NO_GUARD : []),
    ...(unguarded || (pods?.length ?? 0) === 0
      ? []
      : [...heading('Rules for its pods'), ...policyLines(policies, policiesInProxy, pods?.length)]),
    ...podLines(report),
    ...wrongLines({warnings: [], disagreements, findings: foundIn(report)}),
    ...gapLines(gaps),
  ]
  return [{block: 'text', lines: text}]
}

/** A Service and what leads to it as one page. */
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
