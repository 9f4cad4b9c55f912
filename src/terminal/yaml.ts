import {Document, Scalar, visit} from 'yaml'
import {escapeJson, isUnsafe} from './escape.js'

const STYLE = {indentSeq: false, lineWidth: 0} as const

/** Strings with characters a terminal could act on are double-quoted, where they can be written as escapes. */
function quoteUnsafe(document: Document): void {
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'string' && isUnsafe(node.value)) node.type = Scalar.QUOTE_DOUBLE
    },
  })
}

/** Block YAML of plain data: keys sorted, sequences not indented, no folding, as `kubectl -o yaml` prints it; safe to print. */
export function renderYaml(value: unknown): string {
  const document = new Document(value, {sortMapEntries: true, aliasDuplicateObjects: false, version: '1.1'})
  quoteUnsafe(document)
  return escapeJson(document.toString(STYLE))
}
