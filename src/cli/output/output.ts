import {isObject} from '../../formats/decode.js'
import {gapSentences} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import {nearestNames} from '../../model/text/nearest.js'
import type {Report} from '../../reports/report.js'
import {type Form, formsOf, isDocForm, type TextForm, type View} from '../../reports/view.js'
import type {Doc} from '../../terminal/doc.js'
import {escapeLines} from '../../terminal/escape.js'
import {renderJson} from '../../terminal/json.js'
import {type Layout, renderDoc} from '../../terminal/render.js'
import {columnsOf, sortDoc} from '../../terminal/sort.js'

/** The apiVersion of documents in meshctl's own format. */
const OWN_API = 'meshctl/v1'

/** The requested output form, or the default; an unsupported one is an error that lists the supported forms. */
export function formOf<R>(asked: string | undefined, view: View<R>): Form {
  const forms = formsOf(view)
  const form = asked === undefined ? (view.usual ?? 'table') : forms.find(each => each === asked)
  if (form === undefined) {
    const [near] = nearestNames(asked ?? '', forms, 1)
    throw new UserError(`output format ${JSON.stringify(asked)} not supported`, {
      hint: `${near === undefined ? '' : `Did you mean "${near}"? `}Use one of ${forms.join(', ')}.`,
    })
  }
  return form
}

/** The document sorted as requested; an unknown column is an error that lists the columns. */
function ordered(doc: Doc, column: string | undefined): Doc {
  if (column === undefined || column === '') return doc
  const sorted = sortDoc(doc, column)
  if (sorted !== undefined) return sorted
  const columns = columnsOf(doc)
  throw new UserError(`cannot sort by ${JSON.stringify(column)}: no such column`, {
    hint: columns.length === 0 ? 'This output has no columns.' : `Columns: ${columns.join(', ')}.`,
  })
}

/** The data of a report with its provenance. Documents in istioctl's format stay as istioctl writes them. */
function dataOf<R>(report: R, view: View<R>): unknown {
  const data = view.data(report)
  const own = isObject(data) && data.apiVersion === OWN_API && isObject(report) && 'provenance' in report
  return own ? {...data, provenance: report.provenance} : data
}

/** Any report as a page: what was not checked first, then the widest document. */
async function pageOf<R>(report: R, doc: Doc, title: string): Promise<string> {
  const {docPage} = await import('../../terminal/html/page.js')
  const {origin, gaps = [], notes = []} = report as Partial<Report>
  const remarks = [...gapSentences(gaps).map(each => `not checked: ${each}`), ...notes]
  const when = origin?.capturedAt === undefined ? '' : `, ${origin.capturedAt}`
  return docPage(title, `${origin?.label ?? ''}${when}`, remarks, doc, 'meshctl')
}

/** The answer to a JSONPath template; a template that kubectl would refuse is an error here too. */
async function templated(data: unknown, form: Form, template: string): Promise<string> {
  const [{jsonpathText, jsonpathJson}, {TemplateError}] = await Promise.all([
    import('../../terminal/jsonpath/print.js'),
    import('../../terminal/jsonpath/nodes.js'),
  ])
  const plain: unknown = JSON.parse(JSON.stringify(data) ?? 'null')
  try {
    return form === 'jsonpath-as-json' ? jsonpathJson(template, plain) : jsonpathText(template, plain)
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    throw new UserError(`cannot execute jsonpath ${JSON.stringify(template)}: ${error.message}`, {
      hint: "The dialect is kubectl's: https://kubernetes.io/docs/reference/kubectl/jsonpath/. See the data with -o json.",
    })
  }
}

/** A form of text: the view's own, or the one that can be made of any document. */
async function textOf<R>(report: R, view: View<R>, form: TextForm, headers: boolean, sortBy?: string) {
  const own = view.texts?.[form]
  if (own !== undefined) return escapeLines(own(report))
  const tables = form === 'markdown' ? undefined : view.rows?.(report)
  const doc = ordered(tables ?? view.doc(report, form === 'csv' ? 'wide' : 'table'), sortBy)
  if (form === 'markdown') return (await import('../../terminal/markdown.js')).renderMarkdown(doc)
  const {renderCsv, renderNames} = await import('../../terminal/csv.js')
  return form === 'csv' ? renderCsv(doc, view.namedBy ?? '', headers) : renderNames(doc, view.namedBy ?? '')
}

/** The column a table is sorted by, the template of a form that takes one, and the title of a page. */
interface RenderOptions {
  readonly sortBy?: string | undefined
  readonly template?: string | undefined
  readonly title?: string | undefined
}

/** The bytes to write for a report in a form; raw bytes are escaped when a terminal would see them. */
export async function rendered<R>(
  report: R,
  view: View<R>,
  form: Form,
  layout: Layout,
  toTerminal: boolean,
  {sortBy, template = '', title = 'meshctl'}: RenderOptions = {},
): Promise<string | Uint8Array> {
  switch (form) {
    case 'json': {
      const data = dataOf(report, view)
      if (view.jsonLines === true && Array.isArray(data)) return data.map(entry => renderJson(entry, 0)).join('')
      return renderJson(data, view.jsonIndent)
    }
    case 'yaml': {
      const {renderYaml} = await import('../../terminal/yaml.js')
      return renderYaml(dataOf(report, view))
    }
    case 'html':
      return view.page?.(report) ?? (await pageOf(report, ordered(view.doc(report, 'wide'), sortBy), title))
    case 'raw': {
      const bytes = view.raw?.(report) ?? new Uint8Array()
      return toTerminal ? escapeLines(Buffer.from(bytes).toString('utf8')) : bytes
    }
    case 'jsonpath':
    case 'jsonpath-as-json':
    case 'jsonpath-file': {
      const text = await templated(dataOf(report, view), form, template)
      return toTerminal ? escapeLines(text) : text
    }
    default: {
      if (!isDocForm(form)) return await textOf(report, view, form, layout.headers, sortBy)
      const sorted = ordered(view.doc(report, form), sortBy)
      // Loaded on demand: few reports draw boxes.
      const framed = sorted.some(block => block.block === 'table' && block.style === 'box')
      const toned = layout.colour ? (await import('../../reports/state-tones.js')).withStateTones(sorted) : sorted
      return renderDoc(toned, framed ? {...layout, box: (await import('../../terminal/box.js')).renderBox} : layout)
    }
  }
}
