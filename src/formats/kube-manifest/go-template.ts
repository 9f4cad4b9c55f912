/** An action of Go's text/template outside of quotes: at the start of a line, or as the whole value of a field (helm.sh, "Chart template guide"). */
const ACTION = /^[ \t-]*\{\{[-\s]?[^\n]*\}\}|:[ \t]+\{\{[-\s]?[^\n]*\}\}/m

/** What is wrong with a text that a template engine has yet to fill in. */
export const TEMPLATE_MISTAKE =
  'this is a template ({{ ... }}), which is not YAML until it is rendered; for Helm: helm template CHART | meshctl check -f -'

/** True for a text with actions of a template engine in it, which is why it is not YAML. */
export function hasTemplateActions(text: string): boolean {
  return ACTION.test(text)
}
