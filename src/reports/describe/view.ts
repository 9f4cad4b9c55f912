import {objectLabel} from '../../model/pod.js'
import {MODE_WORDS} from '../../model/pod-mode.js'
import type {Cell, Doc} from '../../terminal/doc.js'
import {wrapText} from '../../terminal/wrap.js'
import type {View} from '../view.js'
import type {DescribeReport, ServiceDescription} from './report.js'
import {destinationRuleText, exposureText, routeTexts} from './words.js'

const WIDTH = 79

function line(text: string, depth = 0): readonly Cell[] {
  const first = ' '.repeat(depth)
  return wrapText(text, WIDTH, `${first}  `, first)
}

function head({pod, pods, mode, declared, findings, unasked}: DescribeReport): readonly Cell[] {
  const ready = pod.status?.ready === true ? 'ready' : (pod.status?.phase ?? 'not running')
  const revision = pod.annotations['istio.io/rev'] === undefined ? '' : `, revision ${pod.annotations['istio.io/rev']}`
  const of = pods > 1 ? `, the first of ${pods} pods` : ''
  const worst =
    findings.length === 0
      ? `meshctl check finds nothing wrong with it${unasked === 0 ? '' : ` (${unasked} of its questions could not be asked)`}.`
      : `meshctl check finds ${findings.length} ${findings.length === 1 ? 'thing' : 'things'} wrong, below.`
  const ports =
    declared.length === 0
      ? 'It declares no ports.'
      : `It declares ${declared.map(({port, container}) => `${port} (${container})`).join(', ')}.`
  return line(
    `Pod ${pod.object.name}.${pod.object.namespace} of ${objectLabel(pod.workload)}${of}: ${ready}, ${MODE_WORDS[mode]}${revision}. ${ports} ${worst}`,
  )
}

function serviceLines(
  outside: boolean,
  {service, ports, destinationRules, virtualServices, exposed}: ServiceDescription,
): readonly Cell[] {
  return [
    '',
    {
      text: `Service ${service.object.name}.${service.object.namespace}${service.headless ? ' (headless)' : ''}`,
      tone: 'strong',
    },
    ...ports.flatMap(({port, target, protocol, detected, mtls}) => {
      const seen = detected === undefined ? '' : `, the proxy takes it for ${detected.protocol}`
      const by = mtls.by === undefined ? 'the default' : objectLabel(mtls.by)
      return line(
        `port ${port.port} (${port.name ?? 'no name'}) to ${target ?? `"${port.target}", which no container has`}: ${protocol}${seen}${outside ? '; plain text, it has no sidecar' : `; mTLS ${mtls.mode} by ${by}`}`,
        2,
      )
    }),
    ...destinationRules.flatMap(each => line(destinationRuleText(each), 2)),
    ...virtualServices.flatMap(each => routeTexts(each).flatMap((text, index) => line(text, index === 0 ? 2 : 4))),
    ...exposed.flatMap(each => line(exposureText(each), 2)),
  ]
}

function ruleLines({policies, sidecar, sync}: DescribeReport): readonly Cell[] {
  const states = sync?.map(({type, state}) => `${type} ${state}`).join(', ')
  const synced = states === undefined ? 'not known' : states === '' ? 'no istiod knows the proxy' : states
  const scope = sidecar === undefined ? '' : `knows ${sidecar.egress.join(', ') || 'everything'}`
  const others = sidecar === undefined || sidecar.outboundPolicy === '' ? '' : `, other hosts ${sidecar.outboundPolicy}`
  return [
    '',
    {text: 'Rules for the pod', tone: 'strong'},
    ...(policies.length === 0 ? ['  no AuthorizationPolicy: every request is allowed'] : []),
    ...policies.flatMap(({object, action, rules}) =>
      line(
        `AuthorizationPolicy ${object.name}.${object.namespace}: ${action}, ${rules} rule${rules === 1 ? '' : 's'}`,
        2,
      ),
    ),
    ...(sidecar === undefined
      ? ['  no Sidecar: it knows every service of the mesh']
      : line(`Sidecar ${sidecar.object.name}.${sidecar.object.namespace}: ${scope}${others}`, 2)),
    ...line(`configuration: ${synced}`, 2),
  ]
}

function doc(report: DescribeReport, form: 'short' | 'table' | 'wide'): Doc {
  if (form === 'short') return [{block: 'text', lines: head(report)}]
  const {findings, services} = report
  const lines: readonly Cell[] = [
    ...head(report),
    ...(services.length === 0
      ? ['', 'No Service selects it.']
      : services.flatMap(each => serviceLines(report.mode === 'none', each))),
    ...(report.mode === 'none' ? ['', 'No policy applies to what it receives: it has no sidecar.'] : ruleLines(report)),
    ...(findings.length === 0 ? [] : ['', {text: 'Wrong with it', tone: 'strong'} as const]),
    ...findings.flatMap(({severity, code, message}) =>
      wrapText(`${severity.toUpperCase()} ${code} ${message}`, WIDTH, '    ', '  ').map(
        text => ({text, tone: severity === 'error' ? 'bad' : 'warn'}) as const,
      ),
    ),
  ]
  return [{block: 'text', lines}]
}

/** A pod and its Services as one page. */
export const describeView: View<DescribeReport> = {
  doc,
  data: ({pod, pods, mode, declared, services, policies, sidecar, sync, findings, gaps}) => ({
    apiVersion: 'meshctl/v1',
    kind: 'Description',
    pod: pod.object,
    workload: pod.workload,
    pods,
    mode,
    declared,
    services,
    authorizationPolicies: policies,
    sidecar: sidecar ?? null,
    sync: sync ?? null,
    findings,
    notChecked: gaps,
  }),
}
