import {definedFields} from '../../model/collections/defined-fields.js'
import type {DescribedContainer, DescribedPod} from '../../model/kube/described-pod.js'
import {unwrapLines} from '../wrapped-text/unwrap.js'

interface Field {
  readonly indent: number
  readonly key: string
  readonly value: string
}

const FIELD = /^(\s*)([A-Z][A-Za-z -]{1,30}|[a-z0-9][a-z0-9.-]{0,62}):(?:\s+(.*))?$/

/** True for text that `kubectl describe pod` printed, or the part of it about containers. */
export function isDescribedPod(text: string): boolean {
  return /^[ \t]*(?:Init )?Containers:[ \t]*$/m.test(text)
    ? /^[ \t]+(?:State|Container ID|Image ID):\s/m.test(text) || /^[ \t]+Restart Count:\s/m.test(text)
    : /^[ \t]+Last State:[ \t]+\w/m.test(text) && /^[ \t]+Restart Count:\s/m.test(text)
}

function fieldOf(line: string): Field | undefined {
  const [, space, key, value = ''] = FIELD.exec(line) ?? []
  return space === undefined || key === undefined ? undefined : {indent: space.length, key, value: value.trim()}
}

interface Draft {
  name: string
  init: boolean
  indent: number
  values: Map<string, string>
  command: string[]
  args: string[]
  variables: Map<string, string>
}

const VARIABLE = /^\s+([A-Za-z_]\w{0,100}):\s+(\S.*)$/

/** Sets a variable of the environment; `<set to the key ...>`, `(v1:metadata.name)` and `Optional: false` are not values. */
function addVariable({variables}: Draft, line: string): boolean {
  const [, name, value] = VARIABLE.exec(line) ?? []
  if (name === undefined || value === undefined) return false
  if (!/^<set to the key |\(v1:[\w.[\]'"/-]{1,100}\)$/.test(value)) variables.set(name, value)
  return true
}

function finished({name, init, values, command, args, variables}: Draft): DescribedContainer {
  const exit = values.get('Last State/Exit Code') ?? values.get('State/Exit Code')
  return {
    name,
    init,
    image: values.get('Image') ?? '',
    command,
    args,
    variables: Object.fromEntries(variables),
    state: values.get('State') ?? '',
    reason: values.get('State/Reason') ?? '',
    lastReason: values.get('Last State/Reason') ?? '',
    ...definedFields({lastExitCode: exit === undefined || !/^\d+$/.test(exit) ? undefined : Number(exit)}),
    lastMessage: values.get('Last State/Message') ?? values.get('State/Message') ?? '',
    ready: values.get('Ready') === 'True',
    restarts: Number(values.get('Restart Count') ?? 0) || 0,
  }
}

/** Reads what `kubectl describe pod` printed, also when only its part about containers was copied. Never fails. */
export function describedPod(text: string): DescribedPod {
  const head = new Map<string, string>()
  const drafts: Draft[] = []
  let init = false
  let within = ''
  let listing: 'command' | 'args' | undefined
  let section = ''
  for (const {text: line, command} of unwrapLines(text)) {
    if (command === true) continue
    const field = fieldOf(line)
    if (field !== undefined && field.indent === 0) {
      if (/^(?:Init )?Containers$/.test(field.key)) init = field.key.startsWith('Init')
      else head.set(field.key, field.value)
      if (field.key === 'Events' || field.key === 'Conditions') break
    }
    const draft = drafts.at(-1)
    if (
      field !== undefined &&
      field.value === '' &&
      /^[a-z0-9]/.test(field.key) &&
      (draft === undefined || field.indent <= draft.indent)
    ) {
      // A name below which nothing stood is not a container.
      if (draft?.values.size === 0) drafts.pop()
      drafts.push({
        name: field.key,
        init,
        indent: field.indent,
        values: new Map(),
        command: [],
        args: [],
        variables: new Map(),
      })
      within = ''
      listing = undefined
    } else if (
      draft !== undefined &&
      listing !== undefined &&
      (field === undefined || field.indent > draft.indent + 4) &&
      line.trim() !== ''
    ) {
      draft[listing].push(line.trim())
    } else if (draft?.values.has('Environment') && section === 'Environment' && addVariable(draft, line)) {
      listing = undefined
    } else if (draft !== undefined && field !== undefined && field.indent > draft.indent) {
      listing = field.key === 'Args' ? 'args' : field.key === 'Command' ? 'command' : undefined
      const nested = ['Reason', 'Exit Code', 'Message'].includes(field.key) && within !== ''
      if (field.key === 'State' || field.key === 'Last State') within = field.key
      if (!nested) section = field.key
      draft.values.set(nested ? `${within}/${field.key}` : field.key, field.value)
    }
  }
  return {
    name: head.get('Name') ?? '',
    namespace: head.get('Namespace') ?? '',
    status: head.get('Status') ?? '',
    containers: drafts.filter(({values}) => values.size > 0).map(finished),
  }
}
