import type {Gap} from '../model/answer.js'
import type {Doc} from '../terminal/doc.js'

/** The output formats; a command supports some of them. */
export type Form = 'short' | 'table' | 'wide' | 'json' | 'yaml' | 'raw'

/** How a report is printed: as text, as data for programs, and as the original bytes. */
export interface View<R> {
  doc(report: R, form: 'short' | 'table' | 'wide'): Doc
  /** Plain data for -o json and yaml. */
  data(report: R): unknown
  /** Spaces per level in -o json; istioctl's documents use 4. */
  readonly jsonIndent?: number
  /** `-o json` prints the entries of the data, which is a list, one per line. */
  readonly jsonLines?: true
  raw?(report: R): Uint8Array
  /** Further text formats by their `-o` name, such as `prom`. */
  readonly texts?: Readonly<Record<string, (report: R) => string>>
  /** The default format; `table` if absent. */
  readonly usual?: Form
  /** True if the document itself shows the report's gaps, so they are not repeated on standard error. */
  readonly showsGaps?: boolean
  /** Gaps that a format does not show and that must be printed on standard error. */
  unreportedGaps?(report: R, form: string): readonly Gap[]
}
