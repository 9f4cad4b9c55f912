/** True for a text a template engine or a shell has yet to fill in (`{{ .Values.x }}`, `${X}`, `$(X)`): what it will be is not known. */
export function isTemplated(text: string): boolean {
  return /\{\{|\$\{|\$\(/.test(text)
}
