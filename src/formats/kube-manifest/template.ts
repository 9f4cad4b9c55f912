import {field, isObject, listOf, textOf} from '../decode.js'

/** The values of a template's parameters, as far as they are written in it. */
export type TemplateValues = ReadonlyMap<string, string>

/** True for a Template of OpenShift, which holds objects with parameters in them. */
export function isTemplateKind(kind: string | undefined, apiVersion: string | undefined): boolean {
  return kind === 'Template' && (apiVersion === 'v1' || apiVersion?.startsWith('template.openshift.io/') === true)
}

/** The default values of parameters; generated and required parameters have none. */
export function templateValues(pairs: readonly (readonly [string | undefined, string | undefined])[]): TemplateValues {
  return new Map(
    pairs.flatMap(([name, value]) => (name === undefined || value === undefined ? [] : [[name, value] as const])),
  )
}

/** The objects of a template with its parameters filled in; undefined for anything else. */
export function templateObjects(value: unknown): readonly unknown[] | undefined {
  if (!isTemplateKind(textOf(value, 'kind'), textOf(value, 'apiVersion'))) return undefined
  const objects = field(value, 'objects')
  if (!Array.isArray(objects)) return undefined
  const values = templateValues(listOf(value, 'parameters').map(each => [textOf(each, 'name'), textOf(each, 'value')]))
  return objects.map(each => filledValue(each, values))
}

/** A text with the parameters that have values filled in; `${X}` stays where X has none. */
export function filledText(text: string, values: TemplateValues): string {
  return text.replace(/\$\{\{?([A-Za-z0-9_]+)\}\}?/g, (whole, name: string) => values.get(name) ?? whole)
}

/** `${{X}}` by itself may become a number or true and false (OpenShift, "Using templates"); `${X}` is always text. */
function filledScalar(text: string, values: TemplateValues): unknown {
  const filled = filledText(text, values)
  const bare = /^\$\{\{\w+\}\}$/.test(text) && /^(true|false|-?\d{1,15}(\.\d+)?)$/.test(filled)
  return bare ? JSON.parse(filled) : filled
}

/** A value of a template with its parameters filled in. */
function filledValue(value: unknown, values: TemplateValues): unknown {
  if (typeof value === 'string') return value.includes('${') ? filledScalar(value, values) : value
  if (Array.isArray(value)) return value.map(each => filledValue(each, values))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [filledText(key, values), filledValue(each, values)]),
  )
}
