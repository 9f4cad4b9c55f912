import {definedFields} from '../../model/collections/defined-fields.js'
import {groupedPairs} from '../../model/collections/grouped-by.js'
import {answered, gapSentences} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import {humanCount} from '../../model/text/human-count.js'
import type {AnalyzedSource} from '../../reports/analyze/read.js'
import type {AnalyzeOptions, AnalyzeReport} from '../../reports/analyze/report.js'
import {readSuppression} from '../../rules/suppression.js'
import {analyzeRules, analyzeSeverity, clusterFiles, settingsFile} from '../flags/analyze-settings.js'
import {readCheckConfig, teamPolicy} from '../flags/check-settings.js'
import {currentFolder} from '../input/current-folder.js'
import {configRules} from '../input/known-rules.js'
import {openFor, type SubjectFlags} from '../input/open-for.js'
import {remark} from '../output/streams.js'

/** The flags of analyze. */
export interface AnalyzeFlags extends SubjectFlags {
  readonly file?: readonly string[] | undefined
  readonly 'use-kube'?: boolean | undefined
  readonly suppress?: readonly string[] | undefined
  readonly 'failure-threshold'?: string | undefined
  readonly 'fail-on'?: string | undefined
  readonly 'output-threshold'?: string | undefined
  readonly analyzer?: readonly string[] | undefined
  readonly only?: readonly string[] | undefined
  readonly skip?: readonly string[] | undefined
  readonly meshConfigFile?: string | undefined
  readonly meshNetworksFile?: string | undefined
  readonly 'ignore-unknown': boolean
  readonly cluster?: readonly string[] | undefined
  readonly 'remote-contexts'?: readonly string[] | undefined
  readonly baseline?: string | undefined
  readonly config?: string | undefined
}

/** The rules, thresholds and policy of a team that the flags and the settings file ask for; wrong values are errors before anything is read. */
export async function analyzeSettings(
  flags: AnalyzeFlags,
): Promise<Pick<AnalyzeOptions, 'rules' | 'chosen' | 'failOn' | 'showFrom' | 'policy'>> {
  const config = await readCheckConfig(flags.config, currentFolder())
  const wanted = [...(flags.analyzer ?? []), ...(flags.only ?? [])]
  const failOn = flags['failure-threshold'] ?? flags['fail-on']
  return {
    rules: analyzeRules(await configRules(config), wanted.length === 0 ? undefined : wanted, flags.skip, config),
    chosen: wanted.length > 0,
    failOn: analyzeSeverity('failure-threshold', failOn, config.failOn ?? 'error'),
    showFrom: analyzeSeverity('output-threshold', flags['output-threshold'], 'info'),
    policy: await teamPolicy(config, flags.baseline),
  }
}

/** The source the files are combined with: that of --from, else the cluster, if there is one; undefined when the files are analyzed alone. */
async function openBelow(flags: AnalyzeFlags, root: string): Promise<AnalyzedSource | undefined> {
  const named = flags.from !== undefined || flags['use-kube'] === true
  if (!named && flags['use-kube'] === false) return undefined
  try {
    const source = await openFor({...flags, file: undefined}, root)
    if (named || !source.traits.live) return {source}
    const probe = await source.objects({kind: 'Namespace'})
    if (probe.ok || probe.gap.reason === 'forbidden') return {source}
    await source.close()
  } catch (error) {
    if (named || !(error instanceof UserError)) throw error
  }
  if (flags.quiet !== true) await remark('Analyzed the files alone: no cluster was used.')
  return undefined
}

/** What istiod reads of other clusters: the configuration of the mesh it reads of its own alone (istio.io, "Deployment Models"). */
const READ_OF_REMOTES = ['Namespace', 'Node', 'Pod', 'Service']

/** The clusters of other contexts of the kubeconfig (istioctl analyze --remote-contexts). */
async function openRemotes(flags: AnalyzeFlags, root: string): Promise<readonly AnalyzedSource[]> {
  const opened: AnalyzedSource[] = []
  for (const context of flags['remote-contexts'] ?? []) {
    const source = await openFor({...flags, file: undefined, from: 'cluster', context}, root)
    const objects: typeof source.objects = async query =>
      READ_OF_REMOTES.includes(query.kind) ? await source.objects(query) : answered([])
    opened.push({source: {...source, objects}, cluster: context})
  }
  return opened
}

/** Opens what the flags name: the files of several clusters, files over a source, or the source of --from. */
async function openAll(
  paths: readonly string[],
  flags: AnalyzeFlags,
  root: string,
): Promise<readonly AnalyzedSource[]> {
  const files = [...paths, ...(flags.file ?? [])]
  const clusters = (flags.cluster ?? []).map(clusterFiles)
  const opened: AnalyzedSource[] = []
  if (files.length > 0) {
    const over = await openFor({...flags, file: files}, root)
    const below = over.traits.complete ? undefined : await openBelow(flags, root)
    opened.push(...(below === undefined ? [] : [below]), {source: over})
  }
  for (const {cluster, path} of clusters) {
    opened.push({source: await openFor({...flags, file: [path]}, root), cluster})
  }
  if (opened.length === 0) opened.push({source: await openFor({...flags, file: undefined}, root)})
  const remotes = await openRemotes(flags, root)
  if (remotes.length === 0) return opened
  // Findings then name their cluster: that of the context, or what the source is called.
  return [...opened.map(each => ({...each, cluster: each.cluster ?? flags.context ?? 'primary'})), ...remotes]
}

/** Which namespace findings are reported for: that of -n, else all for files, else the default one unless -A is given. */
function reportedNamespace(flags: AnalyzeFlags, sources: readonly AnalyzedSource[]): string | undefined {
  const [first] = sources
  if (flags['all-namespaces'] || flags.namespace !== undefined) return flags.namespace
  return sources.length === 1 && first?.source.traits.live === true ? first.source.defaultNamespace : undefined
}

/** What every question about the configuration is asked with, but for its rules and thresholds. */
type AskedWith = Omit<AnalyzeOptions, 'rules' | 'chosen' | 'failOn' | 'showFrom' | 'policy'>

/** Opens what the arguments and flags name and asks about it; every source is closed whatever happens. */
export async function askedAbout<R>(
  paths: readonly string[],
  flags: AnalyzeFlags,
  program: {readonly root: string; readonly version: string},
  ask: (sources: readonly AnalyzedSource[], options: AskedWith) => Promise<R>,
): Promise<R> {
  const suppressions = (flags.suppress ?? []).map(readSuppression)
  const meshConfig = await settingsFile(flags.meshConfigFile)
  const meshNetworks = await settingsFile(flags.meshNetworksFile)
  const sources = await openAll(paths, flags, program.root)
  try {
    for (const line of sources.flatMap(({source}) => source.remarks ?? [])) await remark(line)
    const onlyNamespace = reportedNamespace(flags, sources)
    return await ask(sources, {
      suppressions,
      istioNamespace: flags.istioNamespace,
      namespace: flags.namespace ?? 'default',
      ...definedFields({onlyNamespace, meshConfig, meshNetworks, revision: flags.revision}),
      ignoreUnknown: flags['ignore-unknown'],
      now: new Date(),
      version: program.version,
    })
  } finally {
    for (const {source} of sources) await source.close()
  }
}

/** What the answer leaves out, as lines for standard error: what could not be evaluated, and the findings in other namespaces. */
export function analyzeRemarks({workloads, elsewhere, analysed}: AnalyzeReport): readonly string[] {
  const notChecked = workloads.flatMap(each => each.notChecked)
  const byReason = groupedPairs(notChecked.map(({gap, code}) => [gapSentences([gap])[0] ?? '', code] as const))
  return [
    ...[...byReason].map(([sentence, codes]) => `not evaluated: ${codes.join(' ')}: ${sentence}`),
    ...(elsewhere === 0 ? [] : [`${elsewhere} more findings in other namespaces; use -A to see them.`]),
    ...(workloads.every(({findings}) => findings.length === 0)
      ? [`No findings in ${humanCount(analysed, 'object')}.`]
      : []),
  ]
}
