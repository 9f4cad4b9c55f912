import {isTooDeep} from './nesting.js'
import {yamlDocument} from './yaml-document.js'

/** The value of one YAML document held in a text field (a ConfigMap's entry, an annotation); undefined when it is not YAML, or nested too deeply. */
export function parseYamlText(text: string): unknown {
  if (isTooDeep(text)) return undefined
  if (text.trim() === '') return null
  // JSON is YAML, and what a pod holds is mostly that: it needs no parser of YAML, which is slow to load.
  if (text.trimStart().startsWith('{')) {
    try {
      return JSON.parse(text) as unknown
    } catch {
      // A flow mapping of YAML.
    }
  }
  const {value, mistakes} = yamlDocument(text)
  return mistakes.length > 0 ? undefined : value
}
