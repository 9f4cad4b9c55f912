import type {Finding, PatchStep} from '../../../model/finding.js'
import {type ObjectRef, objectLabel} from '../../../model/pod.js'
import type {CheckReport} from '../report.js'

/** The steps that mend one object, and the codes they mend. */
export interface ObjectPatch {
  readonly object: ObjectRef
  readonly codes: readonly string[]
  readonly steps: readonly PatchStep[]
}

/** Findings whose remedy is known to the letter, gathered by object; equal steps once. */
export function patchesOf(findings: readonly Finding[]): readonly ObjectPatch[] {
  const byObject = new Map<string, ObjectPatch>()
  for (const {object, code, patch, accepted} of findings) {
    if (patch === undefined || accepted !== undefined) continue
    const key = objectLabel(object)
    const known = byObject.get(key) ?? {object, codes: [], steps: []}
    const fresh = patch.filter(step => !known.steps.some(each => each.op === step.op && each.path === step.path))
    byObject.set(key, {object, codes: [...new Set([...known.codes, code])], steps: [...known.steps, ...fresh]})
  }
  return [...byObject.values()]
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** Commands that would mend what can be mended by a patch (RFC 6902); meshctl itself never changes anything. */
export function patchCommands(report: CheckReport): string {
  const patches = patchesOf(report.workloads.flatMap(each => each.findings))
  if (patches.length === 0) return '# Nothing found can be mended by a patch.\n'
  return patches
    .map(({object, codes, steps}) => {
      const namespace = object.namespace === '' ? '' : ` -n ${object.namespace}`
      const command = `kubectl patch ${object.kind.toLowerCase()} ${object.name}${namespace} --type=json -p ${quoted(JSON.stringify(steps))}`
      return `# ${objectLabel(object)}: ${codes.join(', ')}\n${command}\n`
    })
    .join('')
}
