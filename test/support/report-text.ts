import {formOf, rendered} from '../../src/cli/output/output.js'
import type {Report} from '../../src/reports/report.js'
import type {View} from '../../src/reports/view.js'

/** A report as a command prints it without -o, or in another form, in lines of at most so many characters. */
export async function reportText<R extends Report>(
  report: R,
  view: View<R>,
  width = 120,
  output: string | undefined = undefined,
): Promise<string> {
  const layout = {width, colour: false, headers: true}
  return String(await rendered(report, view, formOf(output, view), layout, false))
}
