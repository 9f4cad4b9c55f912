import type {Gap} from '../model/answer.js'
import type {Doc} from '../terminal/doc.js'

/** The forms an answer can take; a command names the ones it has. */
export type Form = 'short' | 'table' | 'wide' | 'json' | 'yaml' | 'raw'

/** How one kind of report is shown: laid out for people, as plain data for programs, and as the bytes it came from. */
export interface View<R> {
  doc(report: R, form: 'short' | 'table' | 'wide'): Doc
  /** Plain data for -o json and yaml. */
  data(report: R): unknown
  /** Spaces per level in -o json; istioctl's documents use 4. */
  readonly jsonIndent?: number
  /** `-o json` writes the entries of the data, which is a list, one line each. */
  readonly jsonLines?: true
  raw?(report: R): Uint8Array
  /** Further forms of text by the name `-o` takes, such as `prom`. */
  readonly texts?: Readonly<Record<string, (report: R) => string>>
  /** The form when none was asked for; `table` unless said. */
  readonly usual?: Form
  /** True when the document itself shows the report's gaps, so they need not be repeated on standard error. */
  readonly showsGaps?: boolean
  /** Gaps that a form leaves out nevertheless, and that a person must hear of. */
  untold?(report: R, form: string): readonly Gap[]
}
