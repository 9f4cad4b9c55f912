import type {Finding, PatchStep} from '../../model/finding.js'
import {type ObjectRef, objectLabel} from '../../model/pod.js'
import type {CorrectedText, Source} from '../../sources/source.js'
import {type FindingPolicy, withPolicy} from './policy.js'
import type {CheckReport} from './report.js'

/** The steps that mend one object, and the codes they mend. */
export interface ObjectPatch {
  readonly object: ObjectRef
  readonly codes: readonly string[]
  readonly steps: readonly PatchStep[]
}

function same(a: PatchStep, b: PatchStep): boolean {
  return a.op === b.op && a.path === b.path && JSON.stringify(a.value) === JSON.stringify(b.value)
}

/** Two remedies that want different things of one place cannot both be made. */
function clashes(steps: readonly PatchStep[], others: readonly PatchStep[]): boolean {
  return steps.some(step =>
    others.some(each => each.path === step.path && each.op !== 'test' && step.op !== 'test' && !same(each, step)),
  )
}

/** Open findings whose remedy is known to the letter, gathered by object: equal steps once, and of two that clash the first. */
export function patchesOf(findings: readonly Finding[]): readonly ObjectPatch[] {
  const byObject = new Map<string, ObjectPatch>()
  for (const {object, code, patch, accepted} of findings) {
    if (patch === undefined || accepted !== undefined) continue
    const key = objectLabel(object)
    const known = byObject.get(key) ?? {object, codes: [], steps: []}
    if (clashes(patch, known.steps)) continue
    const fresh = patch.filter(step => !known.steps.some(each => same(each, step)))
    // What is tested comes before anything is changed.
    const steps = [...known.steps, ...fresh].sort((a, b) => Number(b.op === 'test') - Number(a.op === 'test'))
    byObject.set(key, {object, codes: [...new Set([...known.codes, code])], steps})
  }
  return [...byObject.values()]
}

/** Every patch of a report, the worst findings first. */
export function reportPatches(report: CheckReport): readonly ObjectPatch[] {
  return patchesOf(report.workloads.flatMap(each => each.findings))
}

/** The report with the corrected documents of the files it is about; others stay as they are. */
export async function withCorrections(source: Source, report: CheckReport): Promise<CheckReport> {
  const patches = reportPatches(report)
  if (source.manifests === undefined || patches.length === 0) return report
  const corrected: readonly CorrectedText[] = await source.manifests.corrected(patches)
  return {...report, corrected}
}

/** The report as the team sees it and, when patches are to be printed, with the documents they correct. */
export async function settledReport(
  source: Source,
  raw: CheckReport,
  policy: FindingPolicy,
  forms: readonly {readonly form: string | undefined}[],
): Promise<CheckReport> {
  const report = withPolicy(raw, policy)
  return forms.some(({form}) => form === 'patch') ? await withCorrections(source, report) : report
}
