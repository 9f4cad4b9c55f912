import {podOfRules} from '../../formats/istio-config/held-pod.js'
import {ANALYZE} from '../../formats/kube-manifest/unjudged.js'
import {heldForm} from '../../formats/without-bulk.js'
import {atLeast} from '../../model/finding.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {humanCount} from '../../model/text/human-count.js'
import type {ConfigRule} from '../../rules/config/config-rule.js'
import type {Source} from '../../sources/source.js'
import {type CheckOptions, type CheckReport, countsOf} from '../check/report.js'
import {analyzeReport} from './report.js'

/** The form in which objects are held for rules: pods without what these never read, unless a rule of an organisation may ask for any field. */
export function formForRules(rules: readonly ConfigRule[]): (kind: string) => (object: KubeObject) => KubeObject {
  const anyField = rules.some(({code}) => !code.startsWith('MCT'))
  return kind => {
    const held = heldForm(kind)
    return kind === 'Pod' && !anyField ? pod => held(podOfRules(pod)) : held
  }
}

/** A report about workloads together with what the rules find in the configuration of the same mesh. */
export async function withConfiguration(
  source: Source,
  report: CheckReport,
  rules: readonly ConfigRule[],
  {failOn, istioNamespace, now, version = '0.0.0'}: CheckOptions,
): Promise<CheckReport> {
  const found = await analyzeReport([{source}], {
    ...{rules, failOn, istioNamespace, now, version},
    chosen: false,
    showFrom: 'info',
    namespace: source.defaultNamespace,
    suppressions: [],
    ignoreUnknown: false,
  })
  const workloads = [...report.workloads, ...found.workloads]
  const open = workloads.flatMap(({findings}) => findings.filter(({accepted}) => accepted === undefined))
  // Files list the objects no workload rule judges; here other rules do.
  const skipped = report.skipped.filter(({hint}) => hint !== ANALYZE)
  const judged = report.gaps.filter(gap => !report.skipped.includes(gap) || skipped.includes(gap))
  return {
    ...report,
    skipped,
    gaps: [...judged, ...found.gaps.filter(gap => !report.damaged.some(({what}) => what === gap.what))],
    undecided: report.undecided === true || found.undecided === true,
    subject: `${humanCount(report.workloads.length, 'workload')} and ${humanCount(found.analysed, 'object')}`,
    workloads,
    rules: [...report.rules, ...rules],
    failing: open.some(({severity}) => atLeast(severity, failOn)),
    counts: countsOf(workloads),
  }
}
