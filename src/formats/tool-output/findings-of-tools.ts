import {definedFields} from '../../model/collections/defined-fields.js'
import type {ToolFinding} from '../../model/evidence/tool-output.js'
import {at, isObject, listOf, textOf} from '../decode.js'
import {jsonBlocks} from '../pasted/json-blocks.js'

function kialiIn(value: unknown): readonly ToolFinding[] {
  if (!isObject(value)) return []
  return Object.values(value).flatMap(byName =>
    Object.entries(isObject(byName) ? byName : {}).flatMap(([name, entry]) =>
      listOf(entry, 'checks').flatMap((check): readonly ToolFinding[] => {
        const message = textOf(check, 'message')
        if (message === undefined) return []
        const path = textOf(check, 'path') ?? ''
        return [
          {
            level: textOf(check, 'severity') === 'error' ? 'error' : 'warning',
            subject: `${textOf(entry, 'objectType') ?? ''} ${name}${path === '' ? '' : ` at ${path}`}`.trim(),
            message,
            ...definedFields({code: textOf(check, 'code')}),
          },
        ]
      }),
    ),
  )
}

/** Reads Kiali's validations (API, /istio/validations): objects by kind and name with their checks; empty for other texts. */
export function parseKialiValidations(text: string): readonly ToolFinding[] {
  if (!/"KIA\d{4}"/.test(text)) return []
  return jsonBlocks(text).flatMap(({value}) => [...kialiIn(value), ...kialiIn(at(value, 'istioValidations'))])
}

/** Reads what `linkerd check` prints: `×` failed, `‼` is a warning; the line below says why; empty for other texts. */
export function parseLinkerdCheck(text: string): readonly ToolFinding[] {
  const lines = text.split('\n')
  if (!lines.some(line => /^(?:√|×|‼) /.test(line)) || !/linkerd/i.test(text)) return []
  return lines.flatMap((line, index): readonly ToolFinding[] => {
    const [, mark, subject = ''] = /^(×|‼) (.*)$/.exec(line) ?? []
    if (mark === undefined) return []
    const below = lines.slice(index + 1)
    const end = below.findIndex(each => !/^\s+\S/.test(each) || /^\s+see http/.test(each))
    const message = below
      .slice(0, end < 0 ? below.length : end)
      .map(each => each.trim())
      .join(' ')
    return [{level: mark === '×' ? 'error' : 'warning', subject, message}]
  })
}
