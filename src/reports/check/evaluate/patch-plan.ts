import type {Finding, PatchStep} from '../../../model/finding.js'
import {type ObjectRef, objectLabel} from '../../../model/pod.js'
import type {CheckedWorkload} from './aggregator.js'

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

/** The patches of everything that was checked, the worst findings first. */
export function workloadPatches(workloads: readonly CheckedWorkload[]): readonly ObjectPatch[] {
  return patchesOf(workloads.flatMap(each => each.findings))
}
