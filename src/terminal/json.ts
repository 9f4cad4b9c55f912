import {escapeJson} from './escape.js'

/** Pretty JSON with a final newline; characters a terminal could act on are escaped, so it is the same document and safe to print. */
export function renderJson(value: unknown, indent = 2): string {
  return `${escapeJson(JSON.stringify(value, null, indent) ?? 'null')}\n`
}
