import {systemReason} from '../../model/evidence/system-error.js'
import {UserError} from '../../model/evidence/user-error.js'
import {type Form, TEMPLATE_FORMS, type TemplateForm, type View} from '../../reports/view.js'
import {readBounded} from '../../sources/files/read.js'
import {writeAtomically} from '../../sources/write-atomically.js'
import {formOf, rendered} from './output.js'

/** The target of one output form: a file, or standard output. */
export interface OutputSpec {
  readonly form: Form | undefined
  readonly file?: string
  readonly template?: string
}

/** The values of -o; one from the environment is not a list. */
type Words = string | readonly string[] | undefined

function templateForm(word: string): TemplateForm | undefined {
  return TEMPLATE_FORMS.find(form => word === form || word.startsWith(`${form}=`))
}

function templateSpec(word: string, form: TemplateForm): OutputSpec {
  const template = word.slice(form.length + 1)
  if (template === '') {
    throw new UserError(`-o ${form} has no template`, {
      hint: `Use -o ${form}=${form === 'jsonpath-file' ? 'FILE' : "'{.kind}'"}.`,
    })
  }
  return {form, template}
}

function specOf<R>(word: string, view: View<R>): OutputSpec {
  const form = templateForm(word)
  if (form !== undefined) return templateSpec(word, form)
  const equals = word.indexOf('=')
  if (word === '' || equals === 0)
    throw new UserError(`-o ${JSON.stringify(word)} has no format`, {hint: 'Use -o json, or -o json=FILE.'})
  if (equals < 0) return {form: formOf(word, view)}
  const file = word.slice(equals + 1)
  if (file === '') throw new UserError(`-o ${word} has no file name`)
  return {form: formOf(word.slice(0, equals), view), file}
}

/** Parses `-o table -o sarif=out.sarif`: any number of files, at most one form for standard output; `--fix` counts as such a form. */
export function outputSpecs<R>(words: Words, view: View<R>, fix = false): readonly OutputSpec[] {
  const given = [words ?? []].flat().map((word: string) => specOf(word, view))
  const asked = fix && !given.some(({form, file}) => form === 'patch' && file === undefined)
  const specs: readonly OutputSpec[] = asked ? [...given, {form: 'patch'}] : given
  const shown = specs.filter(({file}) => file === undefined)
  if (shown.length > 1) {
    throw new UserError(`only one format can go to standard output, not ${shown.map(({form}) => form).join(' and ')}`, {
      hint: 'Write the others to files: -o sarif=out.sarif',
    })
  }
  return specs.length === 0 ? [{form: undefined}] : specs
}

/** The form asked for on standard output by its word, without checking that a command has it; undefined when none was asked for. */
export function shownWord(words: Words): string | undefined {
  const given: readonly string[] = [words ?? []].flat()
  return given.find(word => templateForm(word) !== undefined || !word.includes('='))
}

/** True when standard output shows the usual table, or its short form. */
export function showsTable(words: Words): boolean {
  return ['', 'short', 'table'].includes(shownWord(words) ?? '')
}

interface ChosenForm {
  readonly form: Form
  readonly template?: string
}

/** The form of a spec with its template, which may be in a file; the view's own form when none was asked for. */
export async function chosenForm<R>({form, template}: OutputSpec, view: View<R>): Promise<ChosenForm> {
  if (form === undefined) return {form: formOf(undefined, view)}
  if (template === undefined) return {form}
  if (form !== 'jsonpath-file') return {form, template}
  try {
    return {
      form,
      template: Buffer.from(await readBounded(template))
        .toString('utf8')
        .trim(),
    }
  } catch (error) {
    throw new UserError(`cannot read the template ${template}: ${systemReason(error)}`)
  }
}

/** Writes the output files, each whole or not at all, without colour and 80 columns wide. */
export async function writeOutputs<R>(
  specs: readonly OutputSpec[],
  report: R,
  view: View<R>,
  title?: string,
): Promise<void> {
  for (const {form, file} of specs) {
    if (file === undefined || form === undefined) continue
    const bytes = await rendered(report, view, form, {width: 80, colour: false, headers: true}, false, {title})
    try {
      await writeAtomically(file, bytes)
    } catch (error) {
      throw new UserError(`cannot write ${file}: ${systemReason(error)}`)
    }
  }
}
