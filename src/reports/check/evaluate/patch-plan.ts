import type {Finding, PatchStep} from '../../../model/finding.js'
import {type ObjectRef, objectLabel} from '../../../model/kube/pod.js'
import type {CheckedWorkload} from './aggregator.js'

/** The steps that fix one object, and the codes they fix. */
export interface ObjectPatch {
  readonly object: ObjectRef
  readonly codes: readonly string[]
  readonly steps: readonly PatchStep[]
}

function same(a: PatchStep, b: PatchStep): boolean {
  return a.op === b.op && a.path === b.path && JSON.stringify(a.value) === JSON.stringify(b.value)
}

/** True when two fixes change the same field differently. */
function conflicts(steps: readonly PatchStep[], others: readonly PatchStep[]): boolean {
  return steps.some(step =>
    others.some(each => each.path === step.path && each.op !== 'test' && step.op !== 'test' && !same(each, step)),
  )
}

/** The patches of open findings, merged by object: equal steps once, and the first of two that conflict. */
export function patchesOf(findings: readonly Finding[]): readonly ObjectPatch[] {
  const byObject = new Map<string, ObjectPatch>()
  for (const {object, code, patch, accepted} of findings) {
    if (patch === undefined || accepted !== undefined) continue
    const key = objectLabel(object)
    const known = byObject.get(key) ?? {object, codes: [], steps: []}
    if (conflicts(patch, known.steps)) continue
    const fresh = patch.filter(step => !known.steps.some(each => same(each, step)))
    // Tests come before changes.
    const steps = [...known.steps, ...fresh].sort((a, b) => Number(b.op === 'test') - Number(a.op === 'test'))
    byObject.set(key, {object, codes: [...new Set([...known.codes, code])], steps})
  }
  return [...byObject.values()]
}

/** Errors and warnings that no patch fixes, accepted ones left out. */
export function unpatched(findings: readonly Finding[]): readonly Finding[] {
  const patches = patchesOf(findings)
  const isFixed = ({object, code}: Finding) =>
    patches.some(each => objectLabel(each.object) === objectLabel(object) && each.codes.includes(code))
  return findings.filter(each => each.severity !== 'info' && each.accepted === undefined && !isFixed(each))
}

/** The patches of everything that was checked, the worst findings first. */
export function workloadPatches(workloads: readonly CheckedWorkload[]): readonly ObjectPatch[] {
  return patchesOf(workloads.flatMap(each => each.findings))
}
