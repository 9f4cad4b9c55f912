import type {PodRef} from '../../src/model/kube/kube-object.js'
import {checkReport} from '../../src/reports/check/report.js'
import {checkTargets} from '../../src/reports/check/targets/targets.js'
import {describeReport} from '../../src/reports/describe/report.js'
import {iptablesReport} from '../../src/reports/iptables/report.js'
import {netReport} from '../../src/reports/net/report.js'
import {portsReport} from '../../src/reports/ports/report.js'
import {RULES} from '../../src/rules/registry.js'
import type {Source} from '../../src/sources/source.js'

const NOW = new Date('2026-11-20T19:00:00Z')

/** What is asked of a workload outside Kubernetes, live and from its capture. */
export const OUTSIDE_QUESTIONS: Readonly<Record<string, (source: Source) => Promise<object>>> = {
  net: source => netReport(source, subjectOf(source)),
  ports: source => portsReport(source, subjectOf(source)),
  iptables: source => iptablesReport(source, subjectOf(source)),
  describe: source => describeReport(source, subjectOf(source), {istioNamespace: 'istio-system', now: NOW}),
  check: async source =>
    await checkReport(source, await checkTargets(source, [], {}), {
      rules: RULES,
      failOn: 'warning',
      istioNamespace: 'istio-system',
      deep: true,
      now: NOW,
    }),
}

function subjectOf({impliedSubject}: Source): PodRef {
  if (impliedSubject === undefined) throw new Error('the source has more than one workload')
  return impliedSubject
}

/** A report without where and when its evidence is from. */
export function plainReport(report: object): unknown {
  return JSON.parse(
    JSON.stringify(report, (key, value: unknown) => {
      if (['origin', 'provenance', 'artifact', 'at'].includes(key)) return undefined
      if (typeof value === 'bigint') return String(value)
      return value instanceof Map ? [...value] : value
    }),
  )
}
