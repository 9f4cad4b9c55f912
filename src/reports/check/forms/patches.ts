import type {PatchStep} from '../../../model/finding.js'
import {type ObjectRef, objectLabel} from '../../../model/kube/pod.js'
import {pointerSteps} from '../../../model/text/object-path.js'
import {shellWord} from '../../../model/text/shell-word.js'
import {escapeJson, escapeText} from '../../../terminal/escape.js'
import {type ObjectPatch, workloadPatches} from '../evaluate/patch-plan.js'
import type {CheckReport} from '../report.js'

/** Kinds whose lists kubectl can merge by name (strategic merge patch); custom resources do not support it. */
const STRATEGIC = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'CronJob',
  'Service',
  'Namespace',
]
/** Kinds whose template is immutable: they have to be recreated. */
const IMMUTABLE = ['Pod', 'Job']
/** Valid object names (RFC 1123 and the wider names of RBAC). */
const NAME = /^[A-Za-z0-9]([A-Za-z0-9._:-]*[A-Za-z0-9])?$/

type Tree = {[key: string]: unknown}

function isList(step: string | undefined): boolean {
  return step !== undefined && /^\d+$/.test(step)
}

/** The field that an earlier step tests in a list item: it identifies the item instead of its index. */
function identity(steps: readonly PatchStep[], item: readonly string[]): {key: string; value: unknown} | undefined {
  for (const {op, path, value} of steps) {
    const keys = pointerSteps(path)
    if (op === 'test' && keys.length === item.length + 1 && item.every((step, index) => step === keys[index]))
      return {key: keys.at(-1) ?? '', value}
  }
  return undefined
}

/** The steps as a merge patch, which creates missing maps; undefined when a list item has no identifying field. */
function mergePatch(steps: readonly PatchStep[]): Tree | undefined {
  const root: Tree = {}
  for (const {op, path, value} of steps) {
    const keys = pointerSteps(path)
    const createsParent = op === 'add' && typeof value === 'object' && value !== null && Object.keys(value).length === 0
    if (op === 'test' || createsParent) continue
    if (isList(keys.at(-1))) return undefined
    let at = root
    for (let index = 0; index < keys.length - 1; index += 1) {
      const step = keys[index] ?? ''
      if (isList(step)) continue
      if (!isList(keys[index + 1])) {
        at[step] ??= {}
        at = at[step] as Tree
        continue
      }
      const known = identity(steps, keys.slice(0, index + 2))
      if (known === undefined) return undefined
      const list = (at[step] ?? []) as Tree[]
      at[step] = list
      const item = list.find(each => each[known.key] === known.value) ?? {[known.key]: known.value}
      if (!list.includes(item)) list.push(item)
      at = item
    }
    at[keys.at(-1) ?? ''] = op === 'remove' ? null : value
  }
  return root
}

function hasList(steps: readonly PatchStep[]): boolean {
  return steps.some(({path}) => pointerSteps(path).some(isList))
}

/** The kubectl patch: a strategic merge where possible, else a JSON patch that tests what it changes. */
function patchOf(kind: string, steps: readonly PatchStep[]): {readonly type: string; readonly text: string} {
  const merged = mergePatch(steps)
  const type = STRATEGIC.includes(kind) || IMMUTABLE.includes(kind) ? 'strategic' : hasList(steps) ? 'json' : 'merge'
  return merged === undefined || type === 'json'
    ? {type: 'json', text: escapeJson(JSON.stringify(steps))}
    : {type, text: escapeJson(JSON.stringify(merged))}
}

function command({kind, namespace, name}: ObjectRef, steps: readonly PatchStep[]): string {
  const where = namespace === '' ? '' : ` -n ${namespace}`
  const {type, text} = patchOf(kind, steps)
  return `kubectl patch ${kind.toLowerCase()} ${name}${where} --type=${type} -p ${shellWord(text)}`
}

function lines({object, codes, steps}: ObjectPatch): string {
  const head = `# ${escapeText(objectLabel(object))}: ${codes.join(', ')}`
  if (
    ![object.kind, object.name, ...(object.namespace === '' ? [] : [object.namespace])].every(word => NAME.test(word))
  )
    return `${head}: its name cannot be used in a command\n`
  const {text} = patchOf(object.kind, steps)
  if (IMMUTABLE.includes(object.kind))
    return `${head}: it cannot be changed in place; recreate it with this change:\n# ${text}\n`
  return `${head}\n${command(object, steps)}\n`
}

function covered(report: CheckReport, {object}: ObjectPatch): boolean {
  return report.corrected?.some(({objects}) => objects.some(each => objectLabel(each) === objectLabel(object))) ?? false
}

/** Corrected documents of files, ready for kubectl apply, each below a line with the codes it fixes. */
function documents(report: CheckReport, patches: readonly ObjectPatch[]): string {
  return (report.corrected ?? [])
    .map(({file, line, text, objects}) => {
      const names = objects.map(objectLabel)
      const codes = patches.filter(({object}) => names.includes(objectLabel(object))).flatMap(each => each.codes)
      return `---\n# ${escapeText(file)}:${line}: fixes ${[...new Set(codes)].join(', ')}\n${text}`
    })
    .join('')
}

/** The patches of findings that can be fixed automatically: corrected documents of manifests, kubectl commands for the rest. meshctl itself never applies them. */
export function patchText(report: CheckReport): string {
  const patches = workloadPatches(report.workloads)
  if (patches.length === 0) return '# No finding can be fixed by a patch.\n'
  const rest = patches.filter(patch => !covered(report, patch))
  if (report.corrected === undefined) return rest.map(lines).join('')
  // Between manifests a command must be a comment.
  const byHand = rest.map(({object, codes, steps}) => {
    const {text} = patchOf(object.kind, steps)
    return `# ${escapeText(objectLabel(object))}: ${codes.join(', ')}: change by hand: ${text}\n`
  })
  return [documents(report, patches), ...byHand].join('')
}
