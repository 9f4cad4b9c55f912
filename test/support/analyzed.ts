import type {AnalyzedSource} from '../../src/reports/analyze/read.js'
import {type AnalyzeOptions, type AnalyzeReport, analyzeReport} from '../../src/reports/analyze/report.js'
import type {ConfigRule} from '../../src/rules/config/config-rule.js'
import {CONFIG_RULES} from '../../src/rules/config/registry.js'
import {openFiles} from '../../src/sources/open.js'

/** What the rules, by default all about the configuration, say of the files. */
export async function analyzedFiles(
  paths: readonly string[],
  rules: readonly ConfigRule[] = CONFIG_RULES,
): Promise<AnalyzeReport> {
  return await analyzed([{source: await openFiles(paths)}], rules)
}

/** What all rules about the configuration say of the files of several clusters. */
export async function analyzedClusters(clusters: Readonly<Record<string, readonly string[]>>): Promise<AnalyzeReport> {
  const sources: AnalyzedSource[] = []
  for (const [cluster, paths] of Object.entries(clusters)) sources.push({source: await openFiles(paths), cluster})
  return await analyzed(sources)
}

/** What the rules, by default all about the configuration, say of sources; `given` is the configuration of the mesh, where it is in files of its own. */
export async function analyzed(
  sources: readonly AnalyzedSource[],
  rules: readonly ConfigRule[] = CONFIG_RULES,
  given: Pick<AnalyzeOptions, 'meshConfig' | 'meshNetworks'> = {},
): Promise<AnalyzeReport> {
  return await analyzeReport(sources, {
    rules,
    chosen: false,
    failOn: 'error',
    showFrom: 'info',
    istioNamespace: 'istio-system',
    namespace: 'default',
    suppressions: [],
    ignoreUnknown: false,
    now: new Date('2026-11-20T19:00:00Z'),
    version: '0.0.0',
    ...given,
  })
}

/** The warnings and errors of rules that Istio's analyzers do not have, one line each. */
export function ownAlarms({listed}: AnalyzeReport): readonly string[] {
  const own = new Set(CONFIG_RULES.filter(({aliases}) => aliases.length === 0).map(({code}) => code))
  return listed
    .filter(({finding: {code, severity}}) => own.has(code) && severity !== 'info')
    .map(
      ({finding: {code, object, message}}) => `${code} ${object.kind} ${object.namespace}/${object.name}: ${message}`,
    )
}
