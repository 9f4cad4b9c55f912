import {UserError} from '../model/user-error.js'
import type {View} from '../reports/view.js'
import {escapeLines} from '../terminal/escape.js'
import {renderJson} from '../terminal/json.js'
import {type Layout, renderDoc} from '../terminal/render.js'

/** The form asked for, or the usual one; one the view does not have is an error that lists those it has. */
export function formOf<R>(asked: string | undefined, view: View<R>): string {
  const forms: readonly string[] = [
    'short',
    'table',
    'wide',
    'json',
    'yaml',
    ...(view.raw === undefined ? [] : ['raw']),
    ...Object.keys(view.texts ?? {}),
  ]
  const form = asked === undefined || asked === '' ? (view.usual ?? 'table') : forms.find(each => each === asked)
  if (form === undefined) {
    throw new UserError(`output format ${JSON.stringify(asked)} not supported`, {
      hint: `Choose one of ${forms.join(', ')}.`,
    })
  }
  return form
}

/** The bytes to write for a report in a form; raw bytes are escaped when a terminal would see them. */
export async function rendered<R>(
  report: R,
  view: View<R>,
  form: string,
  layout: Layout,
  toTerminal: boolean,
): Promise<string | Uint8Array> {
  switch (form) {
    case 'json':
      return renderJson(view.data(report), view.jsonIndent)
    case 'yaml': {
      const {renderYaml} = await import('../terminal/yaml.js')
      return renderYaml(view.data(report))
    }
    case 'raw': {
      const bytes = view.raw?.(report) ?? new Uint8Array()
      return toTerminal ? escapeLines(Buffer.from(bytes).toString('utf8')) : bytes
    }
    default: {
      const text = view.texts?.[form]
      if (text !== undefined) return escapeLines(text(report))
      return renderDoc(view.doc(report, form === 'short' || form === 'wide' ? form : 'table'), layout)
    }
  }
}
