import {writeFile} from 'node:fs/promises'
import {UserError} from '../model/user-error.js'
import type {Form, View} from '../reports/view.js'
import {formOf, rendered} from './output.js'

/** The target of one output form: a file, or standard output. */
export interface OutputSpec {
  readonly form: Form | undefined
  readonly file?: string
}

/** Parses `-o table -o sarif=out.sarif`: any number of files, at most one form for standard output; `--fix` counts as such a form. */
export function outputSpecs<R>(
  words: readonly string[] | undefined,
  view: View<R>,
  fix = false,
): readonly OutputSpec[] {
  const given = (words ?? []).map((word): OutputSpec => {
    const equals = word.indexOf('=')
    if (word === '' || equals === 0) {
      throw new UserError(`-o ${JSON.stringify(word)} has no format`, {hint: 'Use -o json, or -o json=FILE.'})
    }
    if (equals < 0) return {form: formOf(word, view)}
    const file = word.slice(equals + 1)
    if (file === '') throw new UserError(`-o ${word} has no file name`)
    return {form: formOf(word.slice(0, equals), view), file}
  })
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

/** Writes the output files, without colour and 80 columns wide. */
export async function writeOutputs<R>(
  specs: readonly OutputSpec[],
  report: R,
  view: View<R>,
  title?: string,
): Promise<void> {
  for (const {form, file} of specs) {
    if (file === undefined || form === undefined) continue
    const bytes = await rendered(report, view, form, {width: 80, colour: false, headers: true}, false, undefined, title)
    try {
      await writeFile(file, bytes)
    } catch (error) {
      throw new UserError(`cannot write ${file}: ${(error as Error).message}`)
    }
  }
}
