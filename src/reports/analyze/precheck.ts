import {listingOnce} from '../../evidence/asked-once.js'
import {type RunningRelease, runningRelease} from '../../evidence/control-plane/running-release.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {Gap} from '../../model/evidence/answer.js'
import {rule as alphaAnnotation} from '../../rules/config/alpha-annotation/rule.js'
import type {ConfigRule} from '../../rules/config/config-rule.js'
import {rule as deprecatedAnnotation} from '../../rules/config/deprecated-annotation/rule.js'
import {rule as deprecatedField} from '../../rules/config/deprecated-field/rule.js'
import {rule as gatewayCrdOld} from '../../rules/config/gateway-crd-old/rule.js'
import {rule as removedKind} from '../../rules/config/removed-kind/rule.js'
import {FIRST_RELEASE, LAST_RELEASE, type UpgradeRule} from '../../rules/upgrade/upgrade-rule.js'
import type {AnalyzedSource} from './read.js'
import {type AnalyzeOptions, type AnalyzeReport, analyzeReport} from './report.js'

/** Rules about the configuration that apply to every target. */
export const STANDING_RULES: readonly ConfigRule[] = [
  deprecatedField,
  deprecatedAnnotation,
  removedKind,
  alphaAnnotation,
]

export interface PrecheckOptions extends Omit<AnalyzeOptions, 'rules' | 'upgrade'> {
  readonly rules: readonly (UpgradeRule | ConfigRule)[]
  /** The release to upgrade to, as a minor version of Istio 1.x. */
  readonly target: number
  /** The running release, when it was given. */
  readonly from?: number
}

export interface PrecheckReport extends AnalyzeReport {
  readonly target: number
  /** The running release and what says so; undefined when nothing does. */
  readonly running?: RunningRelease
}

const UNKNOWN_RELEASE: Gap = {
  what: 'the running release',
  reason: 'not-captured',
  detail: `no istiod and no proxy shows it, so changes from 1.${FIRST_RELEASE} on were checked`,
  hint: 'Specify it with --from-version.',
}

/** The rules of an upgrade: those of the releases in between, and those that apply to every target. */
function concerned(rules: readonly (UpgradeRule | ConfigRule)[], from: number, to: number): readonly ConfigRule[] {
  return rules.filter(rule => {
    if (rule === gatewayCrdOld) return to === LAST_RELEASE
    const release = 'release' in rule ? rule.release : undefined
    return release === undefined || (from < release && release <= to)
  })
}

/** What changes for a mesh between the release it runs and the target. */
export async function precheckReport(
  sources: readonly AnalyzedSource[],
  {target, from, rules, ...options}: PrecheckOptions,
): Promise<PrecheckReport> {
  const given = sources.map(each => ({...each, source: listingOnce(each.source)}))
  const running =
    from === undefined ? await releaseOf(given, options.istioNamespace) : {minor: from, from: '--from-version'}
  const lower = running?.minor ?? FIRST_RELEASE - 1
  const report = await analyzeReport(given, {
    ...options,
    rules: concerned(rules, lower, target),
    upgrade: {from: running?.minor, to: target},
  })
  const unknown = running === undefined ? [UNKNOWN_RELEASE] : []
  return {
    ...report,
    target,
    ...definedFields({running}),
    gaps: [...unknown, ...report.gaps],
    damaged: [...unknown, ...report.damaged],
    notes: [...report.notes, ...noteOf(running, target)],
    undecided: unknown.length > 0 || report.undecided === true,
  }
}

async function releaseOf(
  given: readonly AnalyzedSource[],
  istioNamespace: string,
): Promise<RunningRelease | undefined> {
  for (const {source} of given) {
    const found = await runningRelease(source, istioNamespace)
    if (found !== undefined) return found
  }
  return undefined
}

function noteOf(running: RunningRelease | undefined, target: number): readonly string[] {
  if (running === undefined) return []
  const path = `From 1.${running.minor} (${running.from}) to 1.${target}`
  const older = running.minor < FIRST_RELEASE - 1 ? `; changes of releases before 1.${FIRST_RELEASE} are not known` : ''
  return [running.minor >= target ? `${path}: the mesh runs the target or a newer release.` : `${path}${older}.`]
}
