import {humanCount} from '../../model/human-count.js'
import {MODE_WORDS} from '../../model/pod-mode.js'
import type {Cell, Doc} from '../../terminal/doc.js'
import type {View} from '../view.js'
import {policiesData, serviceData} from './data.js'
import {gapLines, heading, lines, policyLines, serviceLines} from './lines.js'
import type {ServiceReport} from './service-report.js'

function headline({description: {service}, pods}: ServiceReport): string {
  const name = `Service ${service.object.name}.${service.object.namespace}`
  if (service.type === 'ExternalName') return `${name} is another name for a host outside; it has no pods.`
  if (Object.keys(service.selector).length === 0)
    return `${name} has no selector: its endpoints are not found by labels.`
  if (pods === undefined) return `${name}; its pods were not checked.`
  if (pods.length === 0) return `${name} has NO PODS.`
  const ready = pods.filter(each => each.ready).length
  const outside = pods.filter(each => each.mode === 'none').length
  const mesh =
    outside === 0
      ? 'all in the mesh'
      : outside === pods.length
        ? 'NONE of them in the mesh'
        : `${outside} of them NOT in the mesh`
  return `${name}: ${humanCount(pods.length, 'pod')}, ${ready} ready, ${mesh}.`
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
  const outside = pods !== undefined && pods.length > 0 && pods.every(({mode}) => mode === 'none')
  const text: readonly Cell[] = [
    ...head,
    ...serviceLines(description),
    ...mixed.flatMap(({port, modes}) => {
      const words = modes.map(({mode, pods: names}) => `${mode} in ${names.join(', ')}`)
      return lines(`port ${port} is not guarded alike: ${words.join('; ')}`, 2, 'warn')
    }),
    ...(outside || (pods?.length ?? 0) === 0
      ? []
      : [...heading('Rules for its pods'), ...policyLines(policies, policiesInProxy, pods?.length)]),
    ...podLines(report),
    ...(disagreements.length === 0 ? [] : heading('To look at')),
    ...disagreements.flatMap(each => lines(`STALE? ${each}`, 2, 'bad')),
    ...gapLines(gaps),
  ]
  return [{block: 'text', lines: text}]
}

/** A Service and what leads to it as one page. */
export const serviceView: View<ServiceReport> = {
  doc,
  showsGaps: true,
  data: ({description, pods, seenIn, mixed, policies, policiesInProxy, disagreements, gaps}) => ({
    apiVersion: 'meshctl/v1',
    kind: 'ServiceDescription',
    service: serviceData(description),
    pods: pods ?? null,
    seenIn: seenIn ?? null,
    mixedModes: mixed,
    authorizationPolicies: policiesData(policies),
    authorizationPoliciesInProxy: policiesInProxy,
    disagreements,
    notChecked: gaps,
  }),
}
