// C0 and C1 controls, DEL, bidirectional overrides and isolates, line/paragraph separators, lone surrogates.
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
const ANY_UNSAFE = new RegExp(UNSAFE.source)
/** Printable ASCII, which needs no escaping; the common case. */
const PLAIN = /^[ -~]*$/

function visible(char: string): string {
  const code = char.charCodeAt(0)
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}

/** True for text with a character, other than newline and tab, that a terminal could act on. */
export function isUnsafe(text: string): boolean {
  return ANY_UNSAFE.test(text) && /[^\n\t]/.test((text.match(UNSAFE) ?? []).join(''))
}

/** One line of text that cannot move a terminal's cursor, change its state or hide characters; control characters are escaped. */
export function escapeText(text: string): string {
  return PLAIN.test(text) || !ANY_UNSAFE.test(text) ? text : text.replace(UNSAFE, visible)
}

/** The same for text of many lines: newlines and tabs are kept. */
export function escapeLines(text: string): string {
  return ANY_UNSAFE.test(text)
    ? text.replace(UNSAFE, char => (char === '\n' || char === '\t' ? char : visible(char)))
    : text
}

/** JSON text with every character a terminal could act on written as an escape; still the same JSON document. */
export function escapeJson(json: string): string {
  if (!ANY_UNSAFE.test(json)) return json
  return json.replace(UNSAFE, char =>
    char === '\n' || char === '\t' ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
