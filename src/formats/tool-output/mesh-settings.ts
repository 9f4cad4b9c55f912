import {at, isObject, textOf} from '../decode.js'
import {parseYamlText} from '../kube-manifest/yaml-text.js'
import {jsonBlocks} from '../pasted/json-blocks.js'

/** The settings of a mesh in Helm values or an IstioOperator, by their path in the values. */
export interface WrittenSettings {
  readonly kind: 'Helm values' | 'IstioOperator' | 'MeshConfig'
  readonly values: Readonly<Record<string, unknown>>
}

const VALUES = /^(?:meshConfig|istio_cni|sidecarInjectorWebhook|pilot|global):\s*$/m
const LINE = /^(?:\s*$|[ \t]+\S|- |#|["']?[\w.-]+["']?[ \t]*:(?:\s|$))/

/** The lines of YAML around the first top-level name that Istio's values have. */
function valuesBlock(text: string): string | undefined {
  const lines = text.split(/\r\n|\n|\r/)
  const mark = lines.findIndex(line => VALUES.test(line))
  if (mark < 0) return undefined
  let start = mark
  while (start > 0 && LINE.test(lines[start - 1] ?? '!')) start -= 1
  let end = mark
  while (end < lines.length && LINE.test(lines[end] ?? '!')) end += 1
  return lines.slice(start, end).join('\n')
}

function parsed(text: string): unknown {
  try {
    return parseYamlText(text)
  } catch {
    return undefined
  }
}

/** istiod's /debug/mesh page: its MeshConfig as JSON. */
function meshConfigPage(text: string): unknown {
  if (!/"(?:proxyListenPort|ingressControllerMode)"/.test(text)) return undefined
  return jsonBlocks(text)
    .map(({value}) => value)
    .find(value => at(value, 'proxyListenPort') !== undefined || at(value, 'ingressControllerMode') !== undefined)
}

/** Reads the values of Istio's charts, istiod's MeshConfig, or an IstioOperator with its meshConfig and values; undefined for other texts. */
export function parseMeshSettings(text: string): WrittenSettings | undefined {
  if (/^[ \t]*kind:[ \t]*IstioOperator[ \t\r]*$/m.test(text)) {
    const lines = text.split(/\r\n|\n|\r/)
    const start = lines.findIndex(line => /^apiVersion:\s*install\.istio\.io/.test(line))
    const own = lines.slice(Math.max(start, 0))
    const end = own.findIndex((line, index) => index > 0 && !LINE.test(line))
    const object = parsed(own.slice(0, end < 0 ? own.length : end).join('\n'))
    if (textOf(object, 'kind') !== 'IstioOperator') return undefined
    const spec = at(object, 'spec')
    const values = at(spec, 'values')
    return {
      kind: 'IstioOperator',
      values: {...(isObject(values) ? values : {}), ...(isObject(spec) ? spec : {})},
    }
  }
  const mesh = meshConfigPage(text)
  if (mesh !== undefined) return {kind: 'MeshConfig', values: {meshConfig: mesh}}
  if (/^[ \t]*(?:apiVersion|kind):/m.test(text)) return undefined
  const block = valuesBlock(text)
  const value = block === undefined ? undefined : parsed(block)
  const meshLike = isObject(value) && (isObject(value.meshConfig) || isObject(at(value, 'global', 'proxy')))
  return meshLike ? {kind: 'Helm values', values: value} : undefined
}
