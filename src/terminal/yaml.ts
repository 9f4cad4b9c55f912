import {stringify} from 'yaml'
import {escapeLines} from './escape.js'

/** Block YAML of plain data: keys sorted, sequences not indented, no folding, as `kubectl -o yaml` prints it. */
export function renderYaml(value: unknown): string {
  const text = stringify(value, {
    indentSeq: false,
    lineWidth: 0,
    sortMapEntries: true,
    aliasDuplicateObjects: false,
    version: '1.1',
  })
  return escapeLines(text)
}
