import {inspectedFindings} from '../../analysis/containers/inspected.js'
import {troubleIn} from '../../analysis/envoy-stats/trouble.js'
import {istioctlFindings} from '../../analysis/istioctl-text.js'
import {describedObjectFindings} from '../../analysis/kubectl-table/described-object.js'
import {describedFindings} from '../../analysis/kubectl-table/described-pod.js'
import {kubectlFindings} from '../../analysis/kubectl-table/findings.js'
import {explainMessage} from '../../analysis/log-explanation/explain.js'
import {versionFindings} from '../../analysis/version-skew.js'
import {inspectedContainers} from '../../formats/containers/outside-pods.js'
import {type InitDump, parseInitDump} from '../../formats/envoy/envoy-init-dump.js'
import {parseStats} from '../../formats/envoy/envoy-stats.js'
import {formsIn} from '../../formats/forms/forms-in.js'
import {istioctlText} from '../../formats/istio/istioctl-text.js'
import {istioctlVersion} from '../../formats/istio/istioctl-version.js'
import {describedObject} from '../../formats/kube/described-object.js'
import {describedPod} from '../../formats/kube/kubectl-describe.js'
import {kubectlTables} from '../../formats/kube/kubectl-table.js'
import {parseLogLine} from '../../formats/log-line/parse.js'
import {ownAnswer} from '../../formats/own-answer.js'
import {type InputForm, inputForm} from '../../model/evidence/input-form.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {Report} from '../report.js'
import {bundlesIn, type HeldBundle} from './bundles.js'
import {toolFindings} from './tool-findings.js'

/** A file and what it holds. */
export interface ReadFile {
  readonly label: string
  readonly forms: readonly InputForm[]
}

export interface ReadReport extends Report {
  readonly bundles: readonly HeldBundle[]
  readonly files: readonly ReadFile[]
  /** What pages without a command of their own say. */
  readonly findings: readonly string[]
}

/** Loggers that write so much that they slow a proxy down (Envoy, "Command line options": --log-level). */
function verboseLoggers(text: string): readonly string[] {
  const loud = [...text.matchAll(/^ +([\w.-]+): (debug|trace)$/gm)].map(([, name, level]) => `${name} (${level})`)
  return loud.length === 0 ? [] : [`loggers that slow a busy proxy down: ${loud.join(', ')}`]
}

function initialization({waiting, whole}: InitDump): readonly string[] {
  if (waiting.length === 0)
    return [
      whole
        ? 'Envoy waits for nothing: every initialization target is ready'
        : 'what Envoy waits for is not in the text: the page is cut',
    ]
  return [
    ...waiting.map(({name, targets}) => `Envoy is not initialized: ${name} still waits for ${targets.join(', ')}`),
    ...(whole ? [] : ['the page is cut: Envoy may wait for more']),
  ]
}

function findingsOf(forms: readonly InputForm[], bytes: Uint8Array): readonly string[] {
  const text = Buffer.from(bytes).toString('utf8')
  const has = (id: string) => forms.some(form => form.id === id)
  const versions = istioctlVersion(text)
  const object = has('described-object') ? describedObject(text) : undefined
  const said = has('istioctl-text') ? istioctlText(text) : undefined
  return [
    ...(has('init-dump') ? initialization(parseInitDump(text)) : []),
    ...(has('stats') ? troubleIn(parseStats(text)) : []),
    ...(has('logging') ? verboseLoggers(text) : []),
    ...(has('described-pod') ? describedFindings(describedPod(text)) : []),
    ...(has('containers') ? inspectedFindings(inspectedContainers(text)) : []),
    ...(object === undefined ? [] : describedObjectFindings(object)),
    ...(versions === undefined || !has('version') ? [] : versionFindings(versions)),
    ...(said === undefined ? [] : istioctlFindings(said)),
    ...(has('kubectl-table') ? kubectlFindings(kubectlTables(text)) : []),
    ...toolFindings(forms, text),
    ...(ownAnswer(bytes)?.lines ?? []),
  ]
}

/** Lines looked at in a text of no other form. */
const MAX_LINES = 2000

/** True for a line that a component of the mesh logged with time and level, and whose message is known. */
function isKnownLogLine(text: string): boolean {
  const line = parseLogLine(text)
  return (
    line?.kind === 'message' &&
    line.time !== undefined &&
    line.level !== undefined &&
    explainMessage(line) !== undefined
  )
}

/** Forms with findings of their own, which may hold events that can be explained too. */
const EXPLAINED_IF_KNOWN = ['described-pod', 'described-object']

/** The form, with the question about its lines only where one of them is known. */
function asked(form: InputForm, lines: readonly string[]): InputForm {
  if (!EXPLAINED_IF_KNOWN.includes(form.id)) return form
  return {...form, commands: lines.some(line => parseLogLine(line) !== undefined) ? ['explain'] : []}
}

/** The forms of a file; a text of none that holds a known message (an error of a client, a panic) is explained like a log. */
function knownForms(label: string, bytes: Uint8Array): readonly InputForm[] {
  const lines = Buffer.from(bytes.subarray(0, 1_048_576)).toString('utf8').split('\n').slice(0, MAX_LINES)
  const forms = formsIn(label, bytes).map(form => asked(form, lines))
  if (forms.length > 0) {
    const own = forms.some(({commands}) => commands.includes('explain')) || forms.some(({id}) => id === 'init-log')
    return own || !lines.some(isKnownLogLine) ? forms : [...forms, inputForm('log')]
  }
  const known = lines.some(message => explainMessage({kind: 'message', message: message.trim()}) !== undefined)
  return known ? [inputForm('log')] : []
}

/** What each of some files is and what can be asked of it; a run in which nothing is known is an error. */
export function readReport(inputs: readonly {readonly label: string; readonly bytes: Uint8Array}[]): ReadReport {
  const {bundles, others} = bundlesIn(inputs)
  const files = others.map(({label, bytes}) => ({label, forms: knownForms(label, bytes), bytes}))
  if (bundles.length === 0 && files.length > 0 && files.every(({forms}) => forms.length === 0)) {
    throw new UserError(`nothing in ${files.map(({label}) => label).join(', ')} is in a form meshctl knows`, {
      hint: 'meshctl read --forms lists the forms.',
      next: 'meshctl read --forms',
    })
  }
  const unknown = files.filter(({forms}) => forms.length === 0)
  return {
    origin: {kind: 'files', label: [...bundles.map(({path}) => path), ...files.map(({label}) => label)].join(', ')},
    provenance: {live: false, complete: false, evidence: []},
    gaps: unknown.map(({label}) => ({
      what: label,
      reason: 'unreadable' as const,
      detail: 'it is in no form meshctl knows',
    })),
    notes: [],
    bundles,
    files: files.map(({label, forms}) => ({label, forms})),
    findings: files.flatMap(({forms, bytes}) => findingsOf(forms, bytes)),
  }
}
