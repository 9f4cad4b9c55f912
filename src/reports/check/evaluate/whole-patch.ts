import {isObject} from '../../../formats/decode.js'
import {definedFields} from '../../../model/collections/defined-fields.js'
import type {Finding, PatchStep} from '../../../model/finding.js'
import {pointerStep, pointerSteps} from '../../../model/text/object-path.js'
import type {Source} from '../../../sources/source.js'

/** The steps, preceded by those that create maps the object lacks: RFC 6902 only adds to existing ones. */
export function completed(steps: readonly PatchStep[], object: unknown): readonly PatchStep[] {
  const made = new Set<string>()
  return steps.flatMap(step => {
    if (step.op !== 'add') return [step]
    const missing: PatchStep[] = []
    const parents = pointerSteps(step.path).slice(0, -1)
    let at: unknown = object
    let path = ''
    for (const name of parents) {
      path += `/${pointerStep(name)}`
      at = Array.isArray(at) ? at[Number(name)] : isObject(at) ? at[name] : undefined
      if ((at !== undefined && at !== null) || made.has(path)) continue
      made.add(path)
      missing.push({op: 'add', path, value: {}})
    }
    return [...missing, step]
  })
}

/** The finding with its patch completed for the current object. */
export async function withWholePatch(source: Source, finding: Finding): Promise<Finding> {
  const {object, patch} = finding
  if (patch === undefined) return finding
  const {kind, namespace, name} = object
  const held = await source.objects({
    kind,
    name,
    ...definedFields({namespace: namespace === '' ? undefined : namespace}),
  })
  const [found] = held.ok ? held.value : []
  return found === undefined ? finding : {...finding, patch: completed(patch, found)}
}
