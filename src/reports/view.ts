import type {Gap} from '../model/evidence/answer.js'
import type {Doc} from '../terminal/doc.js'

/** Forms laid out for people. */
const DOC_FORMS = ['short', 'table', 'wide'] as const

/** Forms that `-o` knows for any answer; `raw` only where the view has the bytes. */
const STANDARD_FORMS = [...DOC_FORMS, 'json', 'yaml', 'html', 'raw'] as const

/** Further forms of text, each only where a view has it in `texts`. */
export const TEXT_FORMS = [
  'lines',
  'sarif',
  'junit',
  'prom',
  'github',
  'policyreport',
  'patch',
  'baseline',
  'report',
  'role',
  'save',
  'nft',
  'mermaid',
  'markdown',
  'log',
  'name',
  'csv',
] as const

/** Forms that take a template, as kubectl's: `-o jsonpath={.items[*].name}`. */
export const TEMPLATE_FORMS = ['jsonpath', 'jsonpath-as-json', 'jsonpath-file'] as const

export type DocForm = (typeof DOC_FORMS)[number]
export type StandardForm = (typeof STANDARD_FORMS)[number]
export type TextForm = (typeof TEXT_FORMS)[number]
export type TemplateForm = (typeof TEMPLATE_FORMS)[number]

/** How an answer is written: what `-o` chooses. */
export type Form = StandardForm | TextForm | TemplateForm

/** True for the forms that are laid out for people. */
export function isDocForm(form: Form): form is DocForm {
  return (DOC_FORMS as readonly Form[]).includes(form)
}

/** How a report is printed: as text, as data for programs, and as the original bytes. */
export interface View<R> {
  doc(report: R, form: DocForm): Doc
  /** Plain data for -o json and yaml. */
  data(report: R): unknown
  /** Spaces per level in -o json; istioctl's documents use 4. */
  readonly jsonIndent?: number
  /** `-o json` prints the entries of the data, which is a list, one per line. */
  readonly jsonLines?: true
  raw?(report: R): Uint8Array
  /** The page of -o html; the widest document, as a page, if absent. */
  page?(report: R): string
  /** Further text formats by their `-o` name, such as `prom`. */
  readonly texts?: Readonly<Partial<Record<TextForm, (report: R) => string>>>
  /** The column of its tables that names what each row is about: `-o name` and `-o csv` print these tables. */
  readonly namedBy?: string
  /** The tables of `-o name` and `-o csv` where the document for people has none. */
  rows?(report: R): Doc
  /** The default format; `table` if absent. */
  readonly usual?: Form
  /** True if the document itself shows the report's gaps, so they are not repeated on standard error. */
  readonly showsGaps?: boolean
  /** Gaps that a format does not show and that must be printed on standard error. */
  unreportedGaps?(report: R, form: Form): readonly Gap[]
}

/** What a view says about the forms it has, whatever its report. */
type Forms = Pick<View<never>, 'raw' | 'texts' | 'namedBy'>

/** Markdown can be made of any document, names and comma-separated values of tables with a column of names. */
function hasText({texts, namedBy}: Forms, form: TextForm): boolean {
  if (texts?.[form] !== undefined || form === 'markdown') return true
  return (form === 'name' || form === 'csv') && namedBy !== undefined
}

/** The forms that any of the views has, in the order help lists them. */
export function formsOf(...views: readonly Forms[]): readonly Form[] {
  return [
    ...STANDARD_FORMS.filter(form => form !== 'raw' || views.some(({raw}) => raw !== undefined)),
    ...TEXT_FORMS.filter(form => views.some(view => hasText(view, form))),
    ...TEMPLATE_FORMS,
  ]
}
